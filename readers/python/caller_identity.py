"""The caller's identity, behind the Auth0 authorizer of an Amazon API Gateway.

The authorizer has verified the caller's token and forwards what it learned with every event of a REST, HTTP (payload
1.0 and 2.0) or WebSocket API. This module reads it, and nothing else: neither a header nor a token. Copy the file
into your project; it needs Python 3.9 and the standard library.

    from caller_identity import IdentityError, identity_from

    def handler(event, context):
        caller = identity_from(event, claims={"roles": "list", "tenant_id": "string"})
        if "editor" not in (caller.claims["roles"] or ()):
            return {"statusCode": 403, "body": "Only editors may do this."}
        return {"statusCode": 200, "body": f"Hello {caller.email}"}

Part of auth0-api-gateway-authorizer. SPDX-License-Identifier: Apache-2.0
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from types import MappingProxyType
from typing import Any, Callable, Mapping, Optional, Sequence

__all__ = ["CallerIdentity", "IdentityError", "identity_from"]


@dataclass(frozen=True)
class CallerIdentity:
    """The caller, as the authorizer verified them. What the token does not say is None."""

    subject: str
    """The user at the issuer. Keep this, together with the issuer: an email can change hands."""
    issuer: str
    audience: str
    """The API identifier, or for an ID token the client ID, that the token was accepted for."""
    token_use: str
    """"id" or "access"."""
    expires_at: datetime
    email: Optional[str]
    email_verified: Optional[bool]
    client_id: Optional[str]
    scopes: tuple[str, ...]
    permissions: tuple[str, ...]
    organization: Optional[str]
    organization_name: Optional[str]
    principal_type: str
    """"user", "agent", "machine" or "anonymous"."""
    actor: Optional[str]
    """Who acts for the user, in a delegated token (RFC 8693, section 4.1)."""
    actors: tuple[str, ...]
    """All who act for the user, the current one first."""
    claims: Mapping[str, Any]
    """Custom claims, by the names that were declared; None where the token does not have one."""


class IdentityError(Exception):
    """There is no verified identity, or it is no longer valid. `code` is one of four:

    - "missing": the event did not pass the authorizer: its route has none. Answer 500.
    - "wrong_issuer": the identity is of another issuer than `issuers` names. Answer 500.
    - "wrong_type": a claim is not of the type that `claims` declares. Answer 500.
    - "expired": a WebSocket connection, or a cached simple answer, outlived the token. Ask the client for a new token.
    """

    def __init__(self, code: str, claim: Optional[str] = None) -> None:
        message = _MESSAGES[code]
        super().__init__(message if claim is None else f"{claim}: {message}")
        self.code = code


_MESSAGES = {
    "missing": "The event has no identity. Attach the authorizer to this route.",
    "wrong_issuer": "The identity is of another issuer than `issuers` names. Attach the right authorizer, or spell the "
    "issuer as the tokens do: https://DOMAIN/",
    "wrong_type": "The claim is not of the type that `claims` declares. Compare what the tenant's Action writes.",
    "expired": "The identity is past the end of the caller's token.",
}


def identity_from(
    event: Mapping[str, Any],
    *,
    claims: Optional[Mapping[str, str]] = None,
    issuers: Optional[Sequence[str]] = None,
    now: Optional[float] = None,
    clock_tolerance_seconds: float = 5,
) -> CallerIdentity:
    """Reads the caller's identity from the event of a Lambda behind the authorizer.

    claims: the types of custom claims (AUTH0_CONTEXT_CLAIMS) by name: "string", "number", "boolean", "list" (of
        strings, read as a tuple) or "json" (anything, and yours to check; what is forwarded as a string is a str).
    issuers: whose identities are accepted, exactly as in the tokens: ["https://acme.eu.auth0.com/"]. Without it,
        those of any authorizer that forwards the same names.
    now: seconds since the epoch.
    clock_tolerance_seconds: the authorizer's own, so that a token that it just accepted is not refused here.

    Raises IdentityError.
    """
    context = _identity_context(event)
    # A set: `in` would find a part of a single string in place of the list.
    if issuers is not None and context["iss"] not in set(issuers):
        raise IdentityError("wrong_issuer")
    expires_at = int(context["exp"])
    if not (time.time() if now is None else now) < expires_at + clock_tolerance_seconds:
        raise IdentityError("expired")
    return CallerIdentity(
        subject=context["sub"],
        issuer=context["iss"],
        audience=context["aud"],
        token_use=context["token_use"],
        expires_at=datetime.fromtimestamp(expires_at, timezone.utc),
        email=context.get("email"),
        email_verified=_boolean(context.get("email_verified")),
        client_id=context.get("client_id"),
        scopes=_words(context.get("scope", "")),
        permissions=_words(context.get("permissions", "")),
        organization=context.get("org_id"),
        organization_name=context.get("org_name"),
        principal_type=context.get("principal_type", "user"),
        actor=context.get("actor"),
        actors=_words(context.get("actors", "")),
        claims=MappingProxyType(_custom_claims(context, claims or {})),
    )


# What each key must look like. The first five are always there.
_REQUIRED = {
    "sub": re.compile(r"[\s\S]+"),
    "iss": re.compile(r"[\s\S]+"),
    "aud": re.compile(r"[\s\S]+"),
    "token_use": re.compile(r"id|access"),
    "exp": re.compile(r"[0-9]{1,12}"),
}
# The end of the year 9999, which is as far as datetime goes.
_LATEST_EXP = 253_402_300_799
_OPTIONAL = {
    "email": re.compile(r"[\s\S]+"),
    "email_verified": re.compile(r"true|false"),
    "client_id": re.compile(r"[\s\S]+"),
    "scope": re.compile(r"[\s\S]+"),
    "permissions": re.compile(r"[\s\S]+"),
    "org_id": re.compile(r"[\s\S]+"),
    "org_name": re.compile(r"[\s\S]+"),
    "actor": re.compile(r"[\s\S]+"),
    "actors": re.compile(r"[\s\S]+"),
    "custom_claims": re.compile(r"[A-Za-z0-9_-]+"),
    "principal_type": re.compile(r"agent|machine|anonymous"),
}


def _identity_context(event: Any) -> Mapping[str, Any]:
    """HTTP APIs with payload 2.0 put it under `lambda`, the others straight into `authorizer`."""
    authorizer = _member(_member(event, "requestContext"), "authorizer")
    nested = _member(authorizer, "lambda")
    context = authorizer if nested is None else nested
    if not isinstance(context, Mapping) or not _is_whole(context):
        raise IdentityError("missing")
    return context


def _is_whole(context: Mapping[str, Any]) -> bool:
    """Whether it is whole, and about one caller: where a gateway adds the policy's principal, that is the subject."""
    present = {name: form for name, form in _OPTIONAL.items() if name in context}
    return (
        all(
            isinstance(context.get(name), str) and form.fullmatch(context[name])
            for name, form in {**_REQUIRED, **present}.items()
        )
        and int(context["exp"]) <= _LATEST_EXP
        and ("principalId" not in context or context["principalId"] == context["sub"])
    )


def _custom_claims(context: Mapping[str, Any], types: Mapping[str, str]) -> dict[str, Any]:
    others = _other_claims(context.get("custom_claims"))
    return {name: _custom_claim(name, _TYPES[declared], context, others) for name, declared in types.items()}


def _other_claims(text: Optional[str]) -> Mapping[str, Any]:
    """Custom claims that are more than a string: a JSON object in base64url."""
    if text is None:
        return {}
    try:
        padded = text + "=" * (-len(text) % 4)
        text = base64.urlsafe_b64decode(padded).decode()
        value = json.loads(text, parse_int=_to_number, parse_constant=_refuse_constant)
    except (binascii.Error, ValueError, RecursionError):
        raise IdentityError("missing") from None
    if not isinstance(value, dict):
        raise IdentityError("missing")
    return value


@dataclass(frozen=True)
class _ClaimType:
    """How a claim is read from the string under its key in the context, and which JSON values are of the type."""

    from_text: Callable[[str], Any]
    holds: Callable[[Any], bool]


def _custom_claim(name: str, type_: _ClaimType, context: Mapping[str, Any], others: Mapping[str, Any]) -> Any:
    text = context.get(name)
    if not isinstance(text, str) and name not in others:
        return None
    value = type_.from_text(text) if isinstance(text, str) else others[name]
    if not type_.holds(value):
        raise IdentityError("wrong_type", name)
    return tuple(value) if type_ is _TYPES["list"] else value


def _number(text: str) -> Optional[float]:
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?", text):
        return None
    return _to_number(text)


def _to_number(text: str) -> float:
    """An integer of up to 16 digits is exact; of thousands of digits, int() would make an error."""
    return int(text) if re.fullmatch(r"-?[0-9]{1,16}", text) else float(text)


def _refuse_constant(name: str) -> None:
    """NaN and Infinity, which json.loads takes and JSON does not have."""
    raise ValueError(name)


def _boolean(text: Optional[str]) -> Optional[bool]:
    return None if text is None else {"true": True, "false": False}.get(text)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.split(" ") if word)


_TYPES = {
    "string": _ClaimType(str, lambda value: isinstance(value, str)),
    "number": _ClaimType(
        _number,
        lambda value: isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value),
    ),
    "boolean": _ClaimType(_boolean, lambda value: isinstance(value, bool)),
    "list": _ClaimType(
        _words,
        lambda value: isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value),
    ),
    "json": _ClaimType(str, lambda value: True),
}


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None
