// Reports to session-hooks that the match on this game server has ended. Go 1.21 or newer; standard library only.
// Reads HOOK_URL (https://…/hooks), HOOK_SIGNING_SECRET (whsec_…) and ARBITRIUM_REQUEST_ID, which Edgegap sets in each container.
// Run it: go run send.go
package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

var client = &http.Client{Timeout: 10 * time.Second}

// Sign returns the value of the header webhook-signature. The timestamp is in seconds.
func Sign(secret, id string, timestamp int64, body []byte) (string, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", id, timestamp, body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}

// Send sends one event, or a slice of them. It repeats a failed request up to three times, with the same id.
func Send(events any, url, secret string) error {
	body, err := json.Marshal(events)
	if err != nil {
		return err
	}
	random := make([]byte, 16)
	if _, err := rand.Read(random); err != nil {
		return err
	}
	id := "msg_" + hex.EncodeToString(random)
	for attempt := 0; ; attempt++ {
		again, err := post(url, secret, id, body)
		if err == nil || !again || attempt == 3 {
			return err
		}
		time.Sleep(time.Second << attempt)
	}
}

// post sends once. It returns whether a repeat may help.
func post(url, secret, id string, body []byte) (bool, error) {
	timestamp := time.Now().Unix()
	signature, err := Sign(secret, id, timestamp, body)
	if err != nil {
		return false, err
	}
	request, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	request.Header.Set("content-type", "application/json")
	request.Header.Set("webhook-id", id)
	request.Header.Set("webhook-timestamp", strconv.FormatInt(timestamp, 10))
	request.Header.Set("webhook-signature", signature)
	answer, err := client.Do(request)
	if err != nil {
		return true, err
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusAccepted {
		return false, nil
	}
	text, _ := io.ReadAll(answer.Body)
	again := answer.StatusCode == http.StatusTooManyRequests || answer.StatusCode >= 500
	return again, fmt.Errorf("session-hooks: %d %s", answer.StatusCode, text)
}

func main() {
	event := map[string]any{
		"type": "match.ended",
		"data": map[string]string{"deployment_request_id": os.Getenv("ARBITRIUM_REQUEST_ID")},
	}
	if err := Send(event, os.Getenv("HOOK_URL"), os.Getenv("HOOK_SIGNING_SECRET")); err != nil {
		log.Fatal(err)
	}
}
