"""Reports to session-hooks that the match on this game server has ended. Python 3.8 or newer; no dependencies.

Reads HOOK_URL (https://…/hooks), HOOK_SIGNING_SECRET (whsec_…) and ARBITRIUM_REQUEST_ID, which Edgegap sets in each container.
Run it: python3 send.py
"""

import base64
import hashlib
import hmac
import json
import os
import time
import urllib.error
import urllib.request
import uuid


def sign(secret: str, message_id: str, timestamp: int, body: str) -> str:
    """The value of the header webhook-signature. The timestamp is in seconds."""
    key = base64.b64decode(secret[len("whsec_"):])
    signed = f"{message_id}.{timestamp}.{body}".encode()
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def send(events, url: str, secret: str) -> None:
    """Sends one event, or a list of them. Repeats a failed request up to three times, with the same id."""
    message_id = f"msg_{uuid.uuid4()}"
    body = json.dumps(events)
    for attempt in range(4):
        timestamp = int(time.time())
        headers = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(secret, message_id, timestamp, body),
        }
        try:
            urllib.request.urlopen(urllib.request.Request(url, body.encode(), headers), timeout=10)
            return
        except urllib.error.HTTPError as error:
            if error.code != 429 and error.code < 500 or attempt == 3:
                raise RuntimeError(f"session-hooks: {error.code} {error.read().decode()}") from error
        except OSError:
            if attempt == 3:
                raise
        time.sleep(2**attempt)


if __name__ == "__main__":
    event = {"type": "match.ended", "data": {"deployment_request_id": os.environ["ARBITRIUM_REQUEST_ID"]}}
    send(event, os.environ["HOOK_URL"], os.environ["HOOK_SIGNING_SECRET"])
