"""What the API does, for any caller, however the call came in. Rights are decided here, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Caller:
    subject: str
    email: str
    roles: tuple[str, ...]


def answer(method: str, path: str, caller: Caller) -> tuple[int, dict[str, Any]]:
    """The status and the JSON of an answer."""
    if (method, path) == ("GET", "/me"):
        return 200, {"subject": caller.subject, "email": caller.email, "roles": list(caller.roles)}
    if (method, path) == ("GET", "/reports"):
        if "editor" not in caller.roles:
            return 403, {"message": "Only editors may read reports."}
        return 200, {"reports": [f"A report for {caller.email}"]}
    return 404, {"message": "Not Found"}
