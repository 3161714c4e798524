"""The API as a WSGI application behind an HTTP proxy of API Gateway: `GATEWAY_SECRET=... python3 app.py --port 8000`.

It verifies no token. API Gateway writes who calls into headers, and a secret that only it knows: docs/http-backends.md.
"""

from __future__ import annotations

import argparse
import hmac
import json
import os
from http import HTTPStatus
from typing import Any, Callable, Iterable
from wsgiref.simple_server import WSGIRequestHandler, make_server

from api import Caller, answer


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    status, body = respond(environ)
    start_response(f"{status} {HTTPStatus(status).phrase}", [("Content-Type", "application/json")])
    return [json.dumps(body).encode()]


def respond(environ: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    if not came_through_gateway(environ):
        return 403, {"message": "Call the gateway, not this server."}
    caller = caller_from(environ)
    if caller is None:
        return 500, {"message": "The gateway named no caller. Attach the authorizer and the mapping to this route."}
    return answer(environ["REQUEST_METHOD"], environ["PATH_INFO"], caller)


def came_through_gateway(environ: dict[str, Any]) -> bool:
    """Without a secret in the environment, no request did: an empty one would be equal to a header that is not there."""
    secret = gateway_secret().encode()
    return secret != b"" and hmac.compare_digest(environ.get("HTTP_X_GATEWAY_SECRET", "").encode(), secret)


def gateway_secret() -> str:
    return os.environ.get("GATEWAY_SECRET", "").strip()


def caller_from(environ: dict[str, Any]) -> Caller | None:
    """The caller, where every header is there that the gateway always writes."""
    names = ("HTTP_X_USER_SUB", "HTTP_X_USER_EMAIL", "HTTP_X_USER_ROLES")
    subject, email, roles = (environ.get(name, "") for name in names)
    return Caller(subject, email, tuple(roles.split())) if subject and email and roles else None


class RequestHandler(WSGIRequestHandler):
    """WSGI has one variable for `X-User-Email` and `X_User_Email`, and the gateway overwrites only the first."""

    def get_environ(self) -> dict[str, Any]:
        for name in {name for name in self.headers if "_" in name}:
            del self.headers[name]
        return super().get_environ()

    def log_message(self, *_: Any) -> None:
        """An access log would be the gateway's."""


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8000, help="0 takes any that is free")
    port = parser.parse_args().port
    if not gateway_secret():
        parser.error("GATEWAY_SECRET is not set: without it, every caller could write who they are")
    with make_server("127.0.0.1", port, application, handler_class=RequestHandler) as server:
        print(f"listening on {server.server_port}", flush=True)
        server.serve_forever()
