"""Reads every golden event with the Python reader: `read.py GOLDEN`. Prints what came out, as JSON."""

import json
import sys
from pathlib import Path

from caller_identity import IdentityError, identity_from

golden = Path(sys.argv[1])

OPTIONS = ("claims", "issuers", "clock_tolerance_seconds")


def outcome(event, options):
    given = {name: options[name] for name in OPTIONS if name in options}
    try:
        identity = identity_from(event, now=options["now_ms"] / 1000, **given)
    except IdentityError as error:
        return {"error": error.code}
    fields = {**vars(identity), "expires_at": identity.expires_at.timestamp()}
    fields["claims"] = {name: value for name, value in identity.claims.items() if value is not None}
    return {"identity": {name: value for name, value in fields.items() if value is not None}}


cases = json.loads((golden / "cases.json").read_text("utf-8"))
outcomes = [
    {"gateway": path.stem, "name": case["name"], "outcome": outcome(events[case["event"]], case["options"])}
    for path in golden.glob("*.json")
    if path.name != "cases.json"
    for events in [json.loads(path.read_text("utf-8"))]
    for case in cases
    if case["event"] in events
]
print(json.dumps(outcomes))
