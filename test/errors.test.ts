import { describe, expect, test } from "@jest/globals";
import { DENY_REASONS, ERROR_REASONS, getHint, UNAUTHORIZED_REASONS, type Reason } from "../src/errors.ts";
import { mayBecomeValid, isErrorReason, AuthorizerError } from "../src/errors.ts";

/** As the contract has them: alarms and dashboards go by these names. */
const REASONS = {
  "no valid token": [
    "missing_token",
    "malformed_header",
    "malformed_token",
    "opaque_or_encrypted_token",
    "token_too_large",
    "unsupported_algorithm",
    "unsupported_header",
    "wrong_token_type",
    "unknown_issuer",
    "unknown_audience",
    "ambiguous_audience",
    "unknown_key",
    "bad_signature",
    "expired",
    "not_yet_valid",
    "missing_claim",
    "invalid_claim",
    "sender_constrained_token",
    "issued_before_cutoff",
    "revoked",
  ],
  "caller refused": [
    "email_missing",
    "email_not_verified",
    "email_unsupported",
    "agent_not_allowed",
    "actor_not_allowed",
    "machine_not_allowed",
    "anonymous_not_allowed",
    "context_value_unsupported",
    "email_domain_not_allowed",
    "claim_not_allowed",
    "claims_too_large",
    "organization_not_allowed",
    "permission_missing",
    "route_not_listed",
  ],
  "cannot decide": [
    "keys_unavailable",
    "unsupported_event",
    "identity_source_without_token",
    "identity_source_without_route",
    "stage_variable_invalid",
    "revocations_unavailable",
  ],
} as const satisfies Record<string, readonly Reason[]>;

const ALL = Object.values(REASONS).flat();

test("the reasons are a closed set", () => {
  const reasons = [UNAUTHORIZED_REASONS, DENY_REASONS, ERROR_REASONS].flatMap((table) => Object.keys(table));
  expect(reasons.sort()).toEqual([...ALL].sort());
});

test.each(ALL)("a hint for operators explains %s", (reason) => {
  expect(getHint(reason)).toMatch(/^[A-Z].{20,}[.)]$/);
});

test.each([
  ["opaque_or_encrypted_token", "`audience`"],
  ["unsupported_algorithm", "switch the JSON Web Token signature algorithm to RS256"],
  ["unknown_audience", "AUTH0_CLIENT_IDS"],
  ["unknown_issuer", "AUTH0_DOMAIN"],
  ["email_missing", "AUTH0_EMAIL_CLAIM"],
] as const)("the hint for %s says where to look", (reason, place) => {
  expect(getHint(reason)).toContain(place);
});

test("nothing can be decided where the keys or the event are not to be had", () => {
  expect(ALL.filter((reason) => isErrorReason(reason))).toEqual(REASONS["cannot decide"]);
});

test("a token that was refused may be good a moment later only where its time or its key has yet to come", () => {
  expect(ALL.filter((reason) => mayBecomeValid(reason))).toEqual(["unknown_key", "not_yet_valid"]);
});

describe("a refusal", () => {
  test("says why, in words that are safe to log", () => {
    const refusal = new AuthorizerError("missing_claim", "aud");
    expect(refusal).toMatchObject({ code: "missing_claim", detail: "aud", message: "missing_claim: aud" });
    expect(new AuthorizerError("expired")).toMatchObject({
      code: "expired",
      detail: undefined,
      message: "expired",
    });
  });

  test("is an error with a name that no minifier changes, and its cause", () => {
    const cause = new Error("below");
    const refusal = new AuthorizerError("bad_signature", undefined, { cause });
    expect(refusal).toBeInstanceOf(Error);
    expect(refusal).toMatchObject({ name: "AuthorizerError", cause });
  });
});
