// Reports to session-hooks that the match on this game server has ended. Unity (.NET Standard 2.1) and .NET 6 or newer; no dependencies.
// Reads HOOK_URL (https://…/hooks), HOOK_SIGNING_SECRET (whsec_…) and ARBITRIUM_REQUEST_ID, which Edgegap sets in each container.
// Use it on the server, when the match has ended: await SessionHooks.MatchEnded();
using System;
using System.Net.Http;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Tasks;

public static class SessionHooks
{
    static readonly HttpClient Client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Ends every session of the deployment that this server runs in.</summary>
    public static Task MatchEnded()
    {
        string requestId = Environment.GetEnvironmentVariable("ARBITRIUM_REQUEST_ID");
        return Send("{\"type\":\"match.ended\",\"data\":{\"deployment_request_id\":\"" + requestId + "\"}}");
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

    /// <summary>Sends one event, or an array of them, as JSON. Repeats a failed request up to three times, with the same id.</summary>
    public static async Task Send(string body)
    {
        string url = Environment.GetEnvironmentVariable("HOOK_URL");
        string secret = Environment.GetEnvironmentVariable("HOOK_SIGNING_SECRET");
        string id = "msg_" + Guid.NewGuid().ToString("N");
        for (int attempt = 0; ; attempt++)
        {
            string problem;
            bool again = true;
            try
            {
                using (var answer = await Client.SendAsync(Request(url, secret, id, body)))
                {
                    int status = (int)answer.StatusCode;
                    if (status == 202) return;
                    again = status == 429 || status >= 500;
                    problem = status + " " + await answer.Content.ReadAsStringAsync();
                }
            }
            catch (Exception error) when (error is HttpRequestException || error is TaskCanceledException)
            {
                problem = error.Message;
            }
            if (!again || attempt == 3) throw new Exception("session-hooks: " + problem);
            await Task.Delay(TimeSpan.FromSeconds(1 << attempt));
        }
    }

    static HttpRequestMessage Request(string url, string secret, string id, string body)
    {
        long timestamp = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString());
        request.Headers.Add("webhook-signature", Sign(secret, id, timestamp, body));
        return request;
    }
}
