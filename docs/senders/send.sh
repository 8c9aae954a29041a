#!/usr/bin/env bash
# Reports to session-hooks that the match on this game server has ended. Linux and macOS: bash 3.2 or newer, curl, openssl.
# Reads HOOK_URL (https://…/hooks), HOOK_SIGNING_SECRET (whsec_…) and ARBITRIUM_REQUEST_ID, which Edgegap sets in each container.
# Run it: ./send.sh, or ./send.sh '{"type":"match.ended","data":{"session_id":"abc123-s"}}'
set -euo pipefail

attempts=5

fail() {
  echo "session-hooks: $*" >&2
  exit 1
}

# need NAME…: fails unless each of these variables is set.
need() {
  local name missing=
  for name in "$@"; do
    [[ -n ${!name-} ]] || missing+="${missing:+, }$name"
  done
  [[ -z $missing ]] || fail "set $missing"
}

# sign SECRET ID TIMESTAMP BODY: the value of the header webhook-signature. The timestamp is in seconds.
sign() {
  local key
  key=$(printf %s "${1#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')
  printf 'v1,%s' "$(printf '%s.%s.%s' "$2" "$3" "$4" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A)"
}

# timed EVENT: the event with the current time as its time, unless it names one or is an array.
timed() {
  case $1 in
    '{'*'"time"'*) printf %s "$1" ;;
    '{'*) printf '{"time":"%s",%s' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "${1#\{}" ;;
    *) printf %s "$1" ;;
  esac
}

# post ID BODY FOLDER: sends once. Prints the status, which is 000 without an answer; writes headers and body into the folder.
post() {
  local timestamp
  timestamp=$(date +%s)
  printf %s "$2" | curl --silent --max-time 10 --dump-header "$3/headers" --output "$3/body" --write-out '%{http_code}' \
    -H 'content-type: application/json' \
    -H "webhook-id: $1" \
    -H "webhook-timestamp: $timestamp" \
    -H "webhook-signature: $(sign "$HOOK_SIGNING_SECRET" "$1" "$timestamp" "$2")" \
    --data-binary @- "$HOOK_URL" || true
}

# pause ATTEMPT FOLDER: seconds until the next attempt: random, doubled each time, at least what Retry-After says.
pause() {
  awk -v attempt="$1" -v seed="$RANDOM" '
    tolower($1) == "retry-after:" { after = $2 + 0 }
    END { srand(seed); s = 2 ^ (attempt - 1) * (0.5 + rand() / 2); if (after > s) s = after; print (s > 60 ? 60 : s) }
  ' "$2/headers"
}

# send EVENT: sends an event, or an array of them. A request that fails is sent again, with the same id and body.
send() {
  local attempt body folder id problem status
  need HOOK_URL HOOK_SIGNING_SECRET
  body=$(timed "$1")
  id=msg_$(openssl rand -hex 16)
  folder=$(mktemp -d)
  # shellcheck disable=SC2064 # the folder as it is called now
  trap "rm -rf '$folder'" EXIT
  for ((attempt = 1; ; attempt++)); do
    : > "$folder/headers"
    : > "$folder/body"
    status=$(post "$id" "$body" "$folder")
    case $status in
      202) return ;;
      000 | '') problem="$HOOK_URL does not answer" ;;
      *) problem="the hook answered $status: $(cat "$folder/body")" ;;
    esac
    case $status in
      000 | '' | 429 | 5??) ((attempt < attempts)) || fail "$problem" ;;
      *) fail "$problem" ;;
    esac
    sleep "$(pause "$attempt" "$folder")"
  done
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
  if (($# > 0)); then
    send "$1"
  else
    need HOOK_URL HOOK_SIGNING_SECRET ARBITRIUM_REQUEST_ID
    send "{\"type\":\"match.ended\",\"data\":{\"deployment_request_id\":\"$ARBITRIUM_REQUEST_ID\"}}"
  fi
fi
