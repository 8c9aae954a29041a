// Reports to session-hooks that the match on this game server has ended. Unity (.NET Standard 2.1) and .NET 6 or newer; no dependencies.
// Reads HOOK_URL (https://…/hooks), HOOK_SIGNING_SECRET (whsec_…) and ARBITRIUM_REQUEST_ID, which Edgegap sets in each container.
// Use it on the server, when the match has ended: await SessionHooks.MatchEnded();
using System;
using System.Globalization;
using System.Linq;
using System.Net.Http;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Tasks;

public static class SessionHooks
{
    const int Attempts = 5;
    static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    static readonly HttpClient Client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Deletes every session of the deployment that this server runs in. Throws an Exception that says what went wrong.</summary>
    public static async Task MatchEnded()
    {
        Need("HOOK_URL", "HOOK_SIGNING_SECRET", "ARBITRIUM_REQUEST_ID");
        string requestId = Environment.GetEnvironmentVariable("ARBITRIUM_REQUEST_ID");
        await Send("match.ended", "{\"deployment_request_id\":\"" + requestId + "\"}");
    }

    /// <summary>Sends an event of this type, with its data as JSON. A request that fails is sent again up to four times, with the same id and body.</summary>
    public static async Task Send(string type, string data)
    {
        Need("HOOK_URL", "HOOK_SIGNING_SECRET");
        string time = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        string body = "{\"type\":\"" + type + "\",\"time\":\"" + time + "\",\"data\":" + data + "}";
        string id = "msg_" + Guid.NewGuid().ToString("N");
        var random = new Random(id.GetHashCode());
        for (int attempt = 1; ; attempt++)
        {
            Answer answer = await Post(id, body);
            if (answer.Problem == null) return;
            if (!answer.Again || attempt == Attempts) throw new Exception("session-hooks: " + answer.Problem);
            var backOff = TimeSpan.FromSeconds((1 << (attempt - 1)) * (0.5 + random.NextDouble() / 2));
            var pause = answer.RetryAfter > backOff ? answer.RetryAfter : backOff;
            await Task.Delay(pause < LongestPause ? pause : LongestPause);
        }
    }

    /// <summary>The value of the header webhook-signature. The timestamp is in seconds.</summary>
    public static string Sign(string secret, string id, long timestamp, string body)
    {
        byte[] key = Convert.FromBase64String(secret.Substring("whsec_".Length));
        using (var hmac = new HMACSHA256(key))
        {
            byte[] hash = hmac.ComputeHash(Encoding.UTF8.GetBytes(id + "." + timestamp + "." + body));
            return "v1," + Convert.ToBase64String(hash);
        }
    }

    struct Answer
    {
        public string Problem;
        public bool Again;
        public TimeSpan RetryAfter;
    }

    static async Task<Answer> Post(string id, string body)
    {
        string url = Environment.GetEnvironmentVariable("HOOK_URL");
        try
        {
            using (var answer = await Client.SendAsync(Request(url, id, body)))
            {
                int status = (int)answer.StatusCode;
                if (status == 202) return new Answer();
                return new Answer
                {
                    Problem = "the hook answered " + status + ": " + await answer.Content.ReadAsStringAsync(),
                    Again = status == 429 || status >= 500,
                    RetryAfter = answer.Headers.RetryAfter?.Delta ?? TimeSpan.Zero,
                };
            }
        }
        catch (Exception error) when (error is HttpRequestException || error is TaskCanceledException)
        {
            string reason = (error.InnerException ?? error).Message;
            return new Answer { Problem = url + " does not answer (" + reason + ")", Again = true };
        }
    }

    static HttpRequestMessage Request(string url, string id, string body)
    {
        string secret = Environment.GetEnvironmentVariable("HOOK_SIGNING_SECRET");
        long timestamp = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", Sign(secret, id, timestamp, body));
        return request;
    }

    static void Need(params string[] names)
    {
        var missing = names.Where(name => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name))).ToArray();
        if (missing.Length > 0) throw new Exception("session-hooks: set " + string.Join(", ", missing));
    }
}
