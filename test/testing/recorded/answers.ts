import {
  allow,
  answer,
  deny,
  HTTP,
  policyWith,
  REST,
  statement,
  throwUnauthorized,
  APIS,
  type Api,
  type RecordedCall,
  type RecordedCase,
  type Turn,
} from "./recorded-case.ts";

const POLICY_BY_HTTP = ["HTTP 1.0", "HTTP 2.0"] as const;
const PAYLOAD_2 = ["HTTP 2.0", "HTTP simple"] as const;

const REST_CONTEXT = { text: "a", number: 123, float: 1.5, yes: true, no: false, zero: 0, json: '{"a":"b"}' };
const REST_BEHIND = {
  principalId: "caller",
  text: "a",
  number: "123",
  float: "1.5",
  yes: "true",
  no: "false",
  zero: "0",
  json: '{"a":"b"}',
};
const HTTP_CONTEXT = { text: "a", number: 7, flag: true, empty: "", json: '{"a":"b"}' };
const HTTP_TEXTS = { ...HTTP_CONTEXT, number: "7", flag: "true" };
const SOCKET_CONTEXT = { text: "a", number: 7, yes: true, no: false, empty: "" };
const SOCKET_TEXTS = { text: "a", number: "7", yes: "true", no: "false", empty: "" };
const UNREADABLE = { unknown: true, context: { text: "a" } };

/** What an authorizer answered, and what became of it. */
export const ANSWERED: readonly RecordedCase[] = [
  row(
    REST,
    "it allows with texts, numbers and flags",
    allow(REST_CONTEXT),
    "the Lambda's answer",
    REST_BEHIND,
  ),
  row(["HTTP 1.0"], "it allows with texts, numbers and flags", allow(HTTP_CONTEXT), "the Lambda's answer", {
    lambda: HTTP_TEXTS,
  }),
  row(PAYLOAD_2, "it allows with texts, numbers and flags", allow(HTTP_CONTEXT), "the Lambda's answer", {
    lambda: HTTP_CONTEXT,
  }),
  row(
    ["WebSocket"],
    "it allows with texts, numbers and flags",
    allow(SOCKET_CONTEXT),
    "the Lambda's answer",
    { ...SOCKET_TEXTS, principalId: "caller" },
  ),

  row(["HTTP 1.0"], "the context holds a list, an object and null", allow(nested()), "500"),
  row(PAYLOAD_2, "the context holds a list, an object and null", allow(nested()), "the Lambda's answer", {
    lambda: nested(),
  }),
  row(["REST TOKEN"], "the context holds an object", allow({ object: { a: 1 } }), "500"),
  row(["WebSocket"], "the context holds an object", allow({ object: { a: 1 } }), "500"),
  row(["WebSocket"], "the context holds a list", allow({ list: ["a"] }), "500"),
  row(["WebSocket"], "the context holds null", allow({ nothing: null, text: "a" }), "the Lambda's answer", {
    text: "a",
    principalId: "caller",
  }),
  row(["WebSocket"], "the context is a text", allow("text"), "500"),
  row(["HTTP 1.0"], "the context holds `claims`", allow({ claims: { a: "b" }, text: "a" }), "500"),
  row(
    PAYLOAD_2,
    "the context holds `claims`",
    allow({ claims: { a: "b" }, text: "a" }),
    "the Lambda's answer",
    { lambda: { text: "a" } },
  ),

  row(APIS, "it denies", deny, "403 of a Deny"),
  row(
    ["WebSocket"],
    "it allows another route only",
    policyWith({ policyDocument: policyFor(statement("Allow", "arn:aws:execute-api:*:*:*/other")) }),
    "403 without a match",
  ),
  row(APIS, "it throws `Unauthorized`", throwUnauthorized, "401"),
  row(HTTP, "it returns `errorMessage`", answer({ errorMessage: "Unauthorized" }), "401"),

  row(REST, "it answers without a policy", answer({ principalId: "caller", context: {} }), "500"),
  row([...HTTP, "WebSocket"], "it answers what the gateway does not know", answer(UNREADABLE), "500"),
  row([...POLICY_BY_HTTP, "WebSocket"], "it gives a simple answer", answer({ isAuthorized: true }), "500"),
  row(["HTTP simple"], "it answers with a policy", (event) => allow()(event, "HTTP 2.0"), "500"),
  row(
    POLICY_BY_HTTP,
    'it answers `{"isAuthorized":"true"}`',
    answer({ isAuthorized: "true", context: {} }),
    "500",
  ),
  row(
    ["HTTP simple"],
    'it answers `{"isAuthorized":"true"}`',
    answer({ isAuthorized: "true", context: { text: "a" } }),
    "the Lambda's answer",
    { lambda: { text: "a" } },
  ),
  row(["WebSocket"], "the policy is a text", policyWith({ policyDocument: "Allow" }), "500"),
  row(
    ["WebSocket"],
    "the effect is neither `Allow` nor `Deny`",
    policyWith({ policyDocument: policyFor(statement("Maybe", "*")) }),
    "500",
  ),

  row(
    ["WebSocket"],
    "there is no principal",
    policyWith({ principalId: undefined }),
    "the Lambda's answer",
    {},
  ),
  row(["WebSocket"], "the principal is null", policyWith({ principalId: null }), "the Lambda's answer", {}),
  row(["WebSocket"], "the principal is empty", policyWith({ principalId: "" }), "the Lambda's answer", {
    principalId: "",
  }),
  row(["WebSocket"], "the principal is a number", policyWith({ principalId: 7 }), "the Lambda's answer", {
    principalId: "7",
  }),
  row(["WebSocket"], "the principal is an object", policyWith({ principalId: { a: 1 } }), "500"),

  ...withoutSource({}, "the Lambda's answer"),
  ...withoutSource({ authorizer: answer({ errorMessage: "Unauthorized" }) }, "401"),
  ...withoutSource({ authorizer: throwUnauthorized }, "401"),
  ...withoutSource({ authorizer: answer(UNREADABLE) }, "500"),
];

/** One call, for which the authorizer is asked. */
function row(
  apis: readonly Api[],
  where: string,
  authorizer: Turn,
  gets: RecordedCall["gets"],
  behind?: object,
): RecordedCase {
  const call = { authorizer, gets, invoked: 1 } as const;
  return { apis, where, calls: [behind === undefined ? call : { ...call, behind }] };
}

/** A call to an HTTP API whose authorizer has no identity source. */
function withoutSource(
  call: Pick<RecordedCall, "authorizer">,
  gets: RecordedCall["gets"],
): readonly RecordedCase[] {
  const calls = [{ ...call, sent: { headers: {} }, gets, invoked: 1 }] as const;
  const where = `there is no identity source, and the client gets ${gets}`;
  return [{ apis: ["HTTP simple"], where, setup: { identitySources: [] }, calls }];
}

function nested(): object {
  return { text: "a", list: ["b"], object: { c: 1 }, nothing: null };
}

function policyFor(each: object): object {
  return { Version: "2012-10-17", Statement: [each] };
}
