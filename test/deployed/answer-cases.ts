import type { Case } from "./case.ts";
import { KINDS, type Kind, type Turn } from "./probe.ts";
import { from, PAGES, PASTED_LOG, RECORDED, reported, reportedAt, type Sources } from "./sources.ts";
import { answer, denyFrom } from "./turns.ts";

const POLICY_KINDS = KINDS.filter((kind) => kind !== "HTTP simple");
const REST_KINDS = ["REST TOKEN", "REST REQUEST"] as const;
const HTTP_KINDS = ["HTTP 1.0", "HTTP 2.0", "HTTP simple"] as const;
const EVERYWHERE: Sources = { REST: [RECORDED], HTTP: [RECORDED], WebSocket: [RECORDED] };

const OBJECTS = [reported("dherault/serverless-offline#1376", "medium")];
const NO_PRINCIPAL = [reportedAt("https://dev.to/marcogrcr", "medium")];
const LISTS: Sources = {
  "REST TOKEN": [reported("aws/chalice#1636", "high")],
  "REST REQUEST": [reportedAt("https://dev.to/dborgenvik", "medium")],
};
const NULL_CONDITION: Sources = {
  "REST TOKEN": [
    reported("awslabs/aws-lambda-rust-runtime#863", "high"),
    reported("aws/aws-lambda-dotnet#2022", "high"),
  ],
  "REST REQUEST": [reported("aws/aws-lambda-dotnet#2022", "medium")],
};
const UNKNOWN_FIELD: Sources = {
  "REST TOKEN": [{ ...PASTED_LOG, confidence: "high" }],
  "REST REQUEST": [{ ...PASTED_LOG, confidence: "medium" }],
};

/** What the gateway makes of an answer that it has just been given. */
export const ANSWER_CASES: readonly Case[] = [
  asked(
    "The authorizer throws `Unauthorized`",
    KINDS,
    { ...EVERYWHERE, REST: [PAGES.restCall, RECORDED] },
    () => ({
      error: "Unauthorized",
    }),
  ),
  asked("The authorizer throws `unauthorized`", KINDS, { REST: [PAGES.restCall] }, () => ({
    error: "unauthorized",
  })),
  asked('The authorizer returns `{"errorMessage":"Unauthorized"}`', KINDS, { HTTP: [RECORDED] }, () => ({
    answer: { errorMessage: "Unauthorized" },
  })),
  asked("The answer holds no decision", KINDS, EVERYWHERE, (kind) => ({
    answer: { [kind.startsWith("REST") ? "principalId" : "unknown"]: "user", context: {} },
  })),
  asked("The answer has the other form", [...HTTP_KINDS, "WebSocket"], EVERYWHERE, (kind) =>
    answer(kind === "HTTP simple" ? "HTTP 2.0" : "HTTP simple", "Allow"),
  ),
  asked('The authorizer answers `{"isAuthorized":"true"}`', HTTP_KINDS, EVERYWHERE, () => ({
    answer: { isAuthorized: "true", context: {} },
  })),
  asked('The authorizer answers `{"isAuthorized":"false"}`', ["HTTP simple"], {}, () => ({
    answer: { isAuthorized: "false" },
  })),
  asked('The authorizer answers `{"isAuthorized":1}`', ["HTTP simple"], {}, () => ({
    answer: { isAuthorized: 1 },
  })),
  asked("The authorizer denies", KINDS, { ...EVERYWHERE, REST: [PAGES.denied, RECORDED] }, (kind) =>
    answer(kind, "Deny"),
  ),
  asked(
    "The policy allows another route only",
    POLICY_KINDS,
    { ...EVERYWHERE, REST: [PAGES.denied, RECORDED] },
    (kind) => answer(kind, "Allow", { resource: "$stage/GET/other" }),
  ),

  allowedWith(
    "The context holds a text, a number and a flag",
    KINDS,
    { REST: [PAGES.restOutput, RECORDED], HTTP: [PAGES.http, RECORDED], WebSocket: [RECORDED] },
    { context: { text: "a", number: 1, flag: true } },
  ),
  allowedWith("The context holds a list, an object and null", HTTP_KINDS, EVERYWHERE, {
    context: { list: ["a"], object: { b: 1 }, nothing: null },
  }),
  allowedWith(
    "The context holds an object",
    [...REST_KINDS, "WebSocket"],
    { "REST TOKEN": [RECORDED], "REST REQUEST": OBJECTS, WebSocket: [RECORDED] },
    { context: { object: { b: 1 } } },
  ),
  allowedWith(
    "The context holds a list",
    [...REST_KINDS, "HTTP 1.0", "WebSocket"],
    { ...LISTS, WebSocket: [RECORDED] },
    { context: { list: ["a"] } },
  ),
  allowedWith(
    "The context holds null",
    [...REST_KINDS, "HTTP 1.0", "WebSocket"],
    { REST: [reported("DefinitelyTyped/DefinitelyTyped#69823", "high")], WebSocket: [RECORDED] },
    { context: { text: "a", nothing: null } },
  ),
  allowedWith(
    "The context holds an object `claims`",
    HTTP_KINDS,
    { HTTP: [RECORDED] },
    { context: { text: "a", claims: { b: "c" } } },
  ),
  allowedWith(
    "The context holds a text `claims`",
    [...REST_KINDS, "HTTP 1.0"],
    {},
    { context: { text: "a", claims: "b" } },
  ),

  allowedWith(
    "There is no principal",
    POLICY_KINDS,
    { REST: NO_PRINCIPAL, WebSocket: [RECORDED] },
    {
      fields: { principalId: undefined },
    },
  ),
  allowedWith(
    "The principal is a number",
    POLICY_KINDS,
    { REST: [reported("dherault/serverless-offline#813", "medium")], WebSocket: [RECORDED] },
    {
      fields: { principalId: 7 },
    },
  ),
  allowedWith("There is an unknown field beside the policy", POLICY_KINDS, UNKNOWN_FIELD, {
    fields: { unknown: 1 },
  }),
  asked("The condition of the policy is null", POLICY_KINDS, NULL_CONDITION, () => ({
    answer: { principalId: "user", policyDocument: policyWith({ Condition: null }), context: {} },
  })),
  {
    name: "A policy with a Deny from a moment on, before that moment",
    kinds: POLICY_KINDS,
    sources: from({}),
    run: (probe, kind) =>
      probe.ask(kind, { turns: [answer(kind, "Allow", { statements: [denyFrom(probe.now() + 60_000)] })] }),
  },
  {
    name: "A policy with a Deny from a moment on, new, after that moment",
    kinds: POLICY_KINDS,
    sources: from({}),
    run: (probe, kind) =>
      probe.ask(kind, { turns: [answer(kind, "Allow", { statements: [denyFrom(probe.now() - 60_000)] })] }),
  },
];

/** One call, for which the authorizer is asked. */
function asked(name: string, kinds: readonly Kind[], sources: Sources, turn: (kind: Kind) => Turn): Case {
  return {
    name,
    kinds,
    sources: from(sources),
    run: (probe, kind) => probe.ask(kind, { turns: [turn(kind)] }),
  };
}

function allowedWith(
  name: string,
  kinds: readonly Kind[],
  sources: Sources,
  options: Parameters<typeof answer>[2],
): Case {
  return asked(name, kinds, sources, (kind) => answer(kind, "Allow", options));
}

function policyWith(fields: object): object {
  const statement = { Effect: "Allow", Action: "execute-api:Invoke", Resource: "$stage/*", ...fields };
  return { Version: "2012-10-17", Statement: [statement] };
}
