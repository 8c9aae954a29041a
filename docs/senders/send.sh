#!/usr/bin/env bash
# Reports to session-hooks that the match on this game server has ended. Needs curl, openssl and base64.
# Reads HOOK_URL (https://…/hooks), HOOK_SIGNING_SECRET (whsec_…) and ARBITRIUM_REQUEST_ID, which Edgegap sets in each container.
# Run it: ./send.sh, or ./send.sh '{"type":"match.ended","data":{"session_id":"abc123-s"}}'
set -euo pipefail

# sign SECRET ID TIMESTAMP BODY: the value of the header webhook-signature. The timestamp is in seconds.
sign() {
  local key
  key=$(printf %s "${1#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \n')
  printf 'v1,%s' "$(printf '%s.%s.%s' "$2" "$3" "$4" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64 -w 0)"
}

send() {
  local id timestamp body=$1
  id=msg_$(openssl rand -hex 16)
  timestamp=$(date +%s)
  curl --fail-with-body --silent --show-error --retry 3 --max-time 10 "$HOOK_URL" \
    -H 'content-type: application/json' \
    -H "webhook-id: $id" \
    -H "webhook-timestamp: $timestamp" \
    -H "webhook-signature: $(sign "$HOOK_SIGNING_SECRET" "$id" "$timestamp" "$body")" \
    --data-binary "$body"
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
  send "${1-"{\"type\":\"match.ended\",\"data\":{\"deployment_request_id\":\"$ARBITRIUM_REQUEST_ID\"}}"}"
fi
