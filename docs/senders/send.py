#!/usr/bin/env python3
"""Reports to session-hooks that the match on this game server has ended. Python 3.8 or newer; no dependencies.

Reads HOOK_URL (https://…/hooks), HOOK_SIGNING_SECRET (whsec_…) and ARBITRIUM_REQUEST_ID, which Edgegap sets in each container.
Run it: python3 send.py
"""

import base64
import hashlib
import hmac
import http.client
import json
import os
import random
import sys
import time
import urllib.error
import urllib.request
import uuid
from datetime import datetime, timezone

ATTEMPTS = 5
LONGEST_PAUSE_S = 60


class HookError(Exception):
    """The events were not accepted."""


def sign(secret: str, message_id: str, timestamp: int, body: str) -> str:
    """The value of the header webhook-signature. The timestamp is in seconds."""
    key = base64.b64decode(secret[len("whsec_"):])
    signed = f"{message_id}.{timestamp}.{body}".encode()
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def send(events, url: str, secret: str) -> None:
    """Sends one event, or a list of them. An event without a time gets the current one.

    A request that fails is sent again up to four times, with the same id and body. Raises HookError.
    """
    now = datetime.now(timezone.utc).isoformat()
    timed = [{"time": now, **event} for event in events] if isinstance(events, list) else {"time": now, **events}
    body = json.dumps(timed)
    message_id = f"msg_{uuid.uuid4()}"
    for attempt in range(1, ATTEMPTS + 1):
        problem, again, retry_after = _post(url, secret, message_id, body)
        if problem is None:
            return
        if not again or attempt == ATTEMPTS:
            raise HookError(problem)
        pause = 2 ** (attempt - 1) * random.uniform(0.5, 1)
        time.sleep(min(LONGEST_PAUSE_S, max(pause, retry_after)))


def _post(url: str, secret: str, message_id: str, body: str):
    """Sends once. Returns the problem, if there is one, whether to send again, and the seconds of Retry-After."""
    timestamp = int(time.time())
    headers = {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secret, message_id, timestamp, body),
    }
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body.encode(), headers), timeout=10) as answer:
            accepted = answer.status == 202
            return None if accepted else f"the hook answered {answer.status}", False, 0
    except urllib.error.HTTPError as error:
        seconds = error.headers.get("retry-after", "")
        retry_after = int(seconds) if seconds.isdigit() else 0
        text = error.read().decode(errors="replace")
        return f"the hook answered {error.code}: {text}", error.code == 429 or error.code >= 500, retry_after
    except (OSError, http.client.HTTPException) as error:
        return f"{url} does not answer ({getattr(error, 'reason', error)})", True, 0


def match_ended() -> None:
    """Reports that the match has ended: every session of the deployment that this server runs in is deleted."""
    names = ["HOOK_URL", "HOOK_SIGNING_SECRET", "ARBITRIUM_REQUEST_ID"]
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        raise HookError("set " + ", ".join(missing))
    url, secret, request_id = (os.environ[name] for name in names)
    send({"type": "match.ended", "data": {"deployment_request_id": request_id}}, url, secret)


if __name__ == "__main__":
    try:
        match_ended()
    except HookError as error:
        sys.exit(f"session-hooks: {error}")
