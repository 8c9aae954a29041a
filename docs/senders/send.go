// Reports to session-hooks that the match on this game server has ended. Go 1.18 or newer; standard library only.
// Reads HOOK_URL (https://…/hooks), HOOK_SIGNING_SECRET (whsec_…) and ARBITRIUM_REQUEST_ID, which Edgegap sets in each container.
// Run it: go run send.go
package main

import (
	"bytes"
	"crypto/hmac"
	cryptorand "crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	attempts     = 5
	longestPause = time.Minute
)

var client = &http.Client{Timeout: 10 * time.Second}

// Event is what session-hooks takes: a type and its data. Send fills in a Time that is zero.
type Event struct {
	Type string    `json:"type"`
	Data any       `json:"data"`
	Time time.Time `json:"time"`
}

// Sign returns the value of the header webhook-signature. The timestamp is in seconds.
func Sign(secret, id string, timestamp int64, body []byte) (string, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return "", fmt.Errorf("HOOK_SIGNING_SECRET is not whsec_ and base64")
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", id, timestamp, body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}

// Send sends an event. A request that fails is sent again up to four times, with the same id and body.
func Send(event Event, url, secret string) error {
	if event.Time.IsZero() {
		event.Time = time.Now().UTC()
	}
	body, err := json.Marshal(event)
	if err != nil {
		return err
	}
	id := make([]byte, 16)
	if _, err := cryptorand.Read(id); err != nil {
		return err
	}
	random := rand.New(rand.NewSource(time.Now().UnixNano()))
	for attempt := 1; ; attempt++ {
		again, retryAfter, err := post(url, secret, fmt.Sprintf("msg_%x", id), body)
		if err == nil || !again || attempt == attempts {
			return err
		}
		time.Sleep(pause(attempt, random.Float64(), retryAfter))
	}
}

// pause is random (jitter: 0 to 1), doubled with each attempt, and at least what Retry-After says.
func pause(attempt int, jitter float64, retryAfter time.Duration) time.Duration {
	backOff := time.Duration(float64(time.Second<<(attempt-1)) * (0.5 + jitter/2))
	if backOff < retryAfter {
		backOff = retryAfter
	}
	if backOff > longestPause {
		return longestPause
	}
	return backOff
}

// post sends once. It returns whether it may help to send again, and what Retry-After says.
func post(url, secret, id string, body []byte) (bool, time.Duration, error) {
	timestamp := time.Now().Unix()
	signature, err := Sign(secret, id, timestamp, body)
	if err != nil {
		return false, 0, err
	}
	request, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return false, 0, err
	}
	request.Header.Set("content-type", "application/json")
	request.Header.Set("webhook-id", id)
	request.Header.Set("webhook-timestamp", strconv.FormatInt(timestamp, 10))
	request.Header.Set("webhook-signature", signature)
	answer, err := client.Do(request)
	if err != nil {
		return true, 0, fmt.Errorf("%s does not answer (%w)", url, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusAccepted {
		return false, 0, nil
	}
	text, _ := io.ReadAll(answer.Body)
	seconds, _ := strconv.Atoi(answer.Header.Get("retry-after"))
	again := answer.StatusCode == http.StatusTooManyRequests || answer.StatusCode >= 500
	return again, time.Duration(seconds) * time.Second, fmt.Errorf("the hook answered %d: %s", answer.StatusCode, text)
}

// MatchEnded reports that the match has ended: every session of the deployment that this server runs in is deleted.
func MatchEnded() error {
	var values, missing []string
	for _, name := range []string{"HOOK_URL", "HOOK_SIGNING_SECRET", "ARBITRIUM_REQUEST_ID"} {
		value := os.Getenv(name)
		if value == "" {
			missing = append(missing, name)
		}
		values = append(values, value)
	}
	if len(missing) > 0 {
		return fmt.Errorf("set %s", strings.Join(missing, ", "))
	}
	event := Event{Type: "match.ended", Data: map[string]string{"deployment_request_id": values[2]}}
	return Send(event, values[0], values[1])
}

func main() {
	if err := MatchEnded(); err != nil {
		fmt.Fprintln(os.Stderr, "session-hooks:", err)
		os.Exit(1)
	}
}
