import { randomUUID } from "node:crypto";
import { KINDS, tokenOf, type Kind, type Probe, type Reply, type Turn } from "./probe.ts";

/** One question about gateways, and where AWS answers it. */
export interface Case {
  readonly name: string;
  readonly kinds: readonly Kind[];
  /** The page in which AWS says what happens, or undefined where no page does. */
  readonly source: (kind: Kind) => string | undefined;
  /** Whether it lets time go by. */
  readonly waits?: true;
  readonly run: (probe: Probe, kind: Kind) => Promise<Reply>;
}

const DG = "https://docs.aws.amazon.com/apigateway/latest/developerguide";
const REST_CALL = `${DG}/call-api-with-api-gateway-lambda-authorization.html`;
const REST_OUTPUT = `${DG}/api-gateway-lambda-authorizer-output.html`;
const REST_INPUT = `${DG}/api-gateway-lambda-authorizer-input.html`;
const HTTP = `${DG}/http-api-lambda-authorizer.html`;
const HTTP_EVENT = `${DG}/http-api-develop-integrations-lambda.html`;
const WEBSOCKET = `${DG}/apigateway-websocket-api-lambda-auth.html`;
const REST_CACHE = `${DG}/configure-api-gateway-lambda-authorization-with-console.html`;
const CREATE = "https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html";
const DENIED = "https://repost.aws/knowledge-center/api-gateway-403-error-lambda-authorizer";

const POLICY_KINDS = KINDS.filter((kind) => kind !== "HTTP simple");
const CACHING_POLICIES = POLICY_KINDS.filter((kind) => kind !== "WebSocket");

interface Sources {
  readonly rest?: string;
  readonly http?: string;
  readonly webSocket?: string;
}

function from({ rest, http, webSocket }: Sources): Case["source"] {
  return (kind) => (kind.startsWith("REST") ? rest : kind === "WebSocket" ? webSocket : http);
}

interface AnswerOptions {
  readonly resource?: string;
  readonly context?: object;
  readonly statements?: readonly object[];
}

/** What the authorizer answers in the form of its kind. */
function answer(kind: Kind, effect: "Allow" | "Deny", options: AnswerOptions = {}): Turn {
  const { resource = "$stage/*", context = {}, statements = [] } = options;
  if (kind === "HTTP simple") return { answer: { isAuthorized: effect === "Allow", context } };
  const Statement = [{ Effect: effect, Action: "execute-api:Invoke", Resource: resource }, ...statements];
  return { answer: { principalId: "user", policyDocument: { Version: "2012-10-17", Statement }, context } };
}

/** The same token to one route and then, after a while, to another. */
async function twoRoutes(probe: Probe, kind: Kind, turns: readonly Turn[], seconds = 0): Promise<Reply> {
  const token = tokenOf(turns, randomUUID());
  await probe.ask(kind, { token });
  await probe.pause(seconds);
  return probe.ask(kind, { token, route: "two" });
}

/** Whether the Lambda behind sees the same on two routes, though the authorizer says something else each time. */
async function askedOnce(probe: Probe, kind: Kind): Promise<Reply> {
  const token = tokenOf([answer(kind, "Allow", { context: { nonce: "$nonce" } })], randomUUID());
  const first = await probe.ask(kind, { token });
  const second = await probe.ask(kind, { token, route: "two" });
  const nonces = [first, second].map(({ seen }) => /"nonce":"([^"]+)"/.exec(JSON.stringify(seen))?.[1]);
  return { ...second, seen: nonces[0] === nonces[1] ? "what it saw on the first" : "another answer" };
}

/** From a moment on, nothing is allowed any more. */
function denyFrom(milliseconds: number): object {
  const end = new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z");
  return {
    Effect: "Deny",
    Action: "execute-api:Invoke",
    Resource: "$stage/*",
    Condition: { DateGreaterThanEquals: { "aws:CurrentTime": end } },
  };
}

const CONTEXT = { text: "a", number: 1, flag: true };

export const CASES: readonly Case[] = [
  {
    name: "The identity source is missing",
    kinds: KINDS,
    source: from({ rest: CREATE, http: HTTP, webSocket: WEBSOCKET }),
    run: (probe, kind) => probe.ask(kind, {}),
  },
  {
    name: "The token does not match the validation expression",
    kinds: ["REST TOKEN"],
    source: from({ rest: CREATE }),
    run: (probe, kind) => probe.ask(kind, { token: "%" }),
  },
  {
    name: "The authorizer throws `Unauthorized`",
    kinds: KINDS,
    source: from({ rest: REST_CALL }),
    run: (probe, kind) => probe.ask(kind, { turns: [{ error: "Unauthorized" }] }),
  },
  {
    name: "The authorizer throws anything else",
    kinds: KINDS,
    source: from({ rest: REST_CALL }),
    run: (probe, kind) => probe.ask(kind, { turns: [{ error: "no keys" }] }),
  },
  {
    name: "The authorizer answers `{}`",
    kinds: KINDS,
    source: from({}),
    run: (probe, kind) => probe.ask(kind, { turns: [{ answer: {} }] }),
  },
  {
    name: 'The authorizer answers `{"isAuthorized":"true"}`',
    kinds: ["HTTP simple"],
    source: from({}),
    run: (probe, kind) => probe.ask(kind, { turns: [{ answer: { isAuthorized: "true" } }] }),
  },
  {
    name: "The authorizer denies",
    kinds: KINDS,
    source: from({ rest: DENIED }),
    run: (probe, kind) => probe.ask(kind, { turns: [answer(kind, "Deny")] }),
  },
  {
    name: "The policy allows another route only",
    kinds: POLICY_KINDS,
    source: from({ rest: DENIED }),
    run: (probe, kind) =>
      probe.ask(kind, { turns: [answer(kind, "Allow", { resource: "$stage/GET/other" })] }),
  },
  {
    name: "The authorizer allows, with a text, a number and a flag in the context",
    kinds: KINDS,
    source: from({ rest: REST_OUTPUT, http: HTTP }),
    run: (probe, kind) => probe.ask(kind, { turns: [answer(kind, "Allow", { context: CONTEXT })] }),
  },
  {
    name: "The context holds a list",
    kinds: KINDS,
    source: from({ http: HTTP }),
    run: (probe, kind) => probe.ask(kind, { turns: [answer(kind, "Allow", { context: { list: ["a"] } })] }),
  },
  {
    name: "The context holds quotes, and the answer comes from the cache",
    kinds: KINDS.filter((kind) => kind !== "WebSocket"),
    source: from({}),
    run: (probe, kind) => twoRoutes(probe, kind, [answer(kind, "Allow", { context: { text: '{"a":"b"}' } })]),
  },
  {
    name: "How the authorizer finds the name of the header `Authorization` spelled",
    kinds: KINDS.filter((kind) => kind.startsWith("HTTP") || kind === "REST REQUEST"),
    source: from({ rest: REST_INPUT, http: HTTP_EVENT }),
    run: (probe, kind) =>
      probe.ask(kind, { turns: [answer(kind, "Allow", { context: { spelled: "$header" } })] }),
  },
  {
    name: "A second route, under a cached policy for the whole stage",
    kinds: CACHING_POLICIES,
    source: from({ rest: REST_CACHE, http: HTTP }),
    run: askedOnce,
  },
  {
    name: "A second route, under a cached policy for the first route alone",
    kinds: CACHING_POLICIES,
    source: from({ rest: REST_CACHE, http: HTTP }),
    run: (probe, kind) => twoRoutes(probe, kind, [answer(kind, "Allow", { resource: "$arn" })]),
  },
  {
    name: "A second route, under a cached simple response",
    kinds: ["HTTP simple"],
    source: from({ http: HTTP }),
    run: askedOnce,
  },
  {
    name: "A second route after a Deny, where the authorizer would now allow",
    kinds: KINDS.filter((kind) => kind !== "WebSocket"),
    source: from({ http: HTTP }),
    waits: true,
    run: (probe, kind) => {
      const later = { ...answer(kind, "Allow"), from: probe.now() + 3000 };
      return twoRoutes(probe, kind, [answer(kind, "Deny"), later], 6);
    },
  },
  {
    name: "A policy with a Deny from the token's end on, before that end",
    kinds: POLICY_KINDS,
    source: from({}),
    run: (probe, kind) =>
      probe.ask(kind, { turns: [answer(kind, "Allow", { statements: [denyFrom(probe.now() + 60_000)] })] }),
  },
  {
    name: "The same policy, from the cache, after that end",
    kinds: CACHING_POLICIES,
    source: from({}),
    waits: true,
    run: (probe, kind) => {
      const statements = [denyFrom(probe.now() + 3000)];
      return twoRoutes(probe, kind, [answer(kind, "Allow", { statements })], 6);
    },
  },
  {
    name: "A route without an authorizer",
    kinds: ["REST REQUEST", "HTTP 2.0"],
    source: from({ rest: `${DG}/set-up-lambda-proxy-integrations.html`, http: HTTP_EVENT }),
    run: (probe, kind) =>
      probe.ask(kind, { route: "open", token: "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtYWxsb3J5In0." }),
  },
];
