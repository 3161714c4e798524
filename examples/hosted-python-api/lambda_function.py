"""The API as a Lambda behind a REST or an HTTP API. Beside it lies a copy of readers/python/caller_identity.py."""

from __future__ import annotations

import json
from typing import Any

from api import Caller, answer
from caller_identity import identity_from


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    identity = identity_from(event, claims={"roles": "list"})
    caller = Caller(identity.subject, identity.email or "", identity.claims["roles"] or ())
    status, body = answer(*method_and_path(event), caller)
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}


def method_and_path(event: dict[str, Any]) -> tuple[str, str]:
    """Of a REST API's event, or of an HTTP API's with payload 2.0."""
    http = event["requestContext"].get("http")
    return (http["method"], event["rawPath"]) if http else (event["httpMethod"], event["path"])
