import type { Case } from "./case.ts";
import { KEYED_KINDS, tokenOf, type Kind, type Probe, type Question, type Reply } from "./probe.ts";
import { randomUUID } from "node:crypto";
import { from, RECORDED } from "./sources.ts";
import { answer } from "./turns.ts";

const METHOD_AND_PATH = ["REST by method and path", "HTTP 2.0 by method and path"] as const;
const ROUTE_KEY = ["HTTP 1.0 by route key", "HTTP 2.0 by route key"] as const;
const STAGE_VARIABLE = ["REST by stage variable", "HTTP 2.0 by stage variable"] as const;

/**
 * Whether answers are cached under more than the token. Rights by route and an authorizer for several APIs stand on
 * it, and most of it is not verified: these come first.
 */
export const KEY_CASES: readonly Case[] = [
  {
    name: "The same call again, where more than the token is an identity source",
    kinds: KEYED_KINDS,
    sources: from({ "HTTP 2.0 by route key": [RECORDED] }),
    run: (probe, kind) => second(probe, kind, {}),
  },
  {
    name: "Another path of the same route, where method and path are identity sources",
    kinds: METHOD_AND_PATH,
    sources: from({}),
    run: (probe, kind) => second(probe, kind, { route: "two" }),
  },
  {
    name: "Another method on the same path, where method and path are identity sources",
    kinds: METHOD_AND_PATH,
    sources: from({}),
    run: (probe, kind) => second(probe, kind, { method: "POST" }),
  },
  {
    name: "Another path of the same resource, where the resource's path is an identity source",
    kinds: ["REST by resource path"],
    sources: from({}),
    run: (probe, kind) => second(probe, kind, { route: "two" }),
  },
  {
    name: "Another resource, where the resource's path is an identity source",
    kinds: ["REST by resource path"],
    sources: from({}),
    run: (probe, kind) => second(probe, kind, { route: "one/more" }),
  },
  {
    name: "Another path of the same route, where the route key is an identity source",
    kinds: ROUTE_KEY,
    sources: from({}),
    run: (probe, kind) => second(probe, kind, { route: "two" }),
  },
  {
    name: "Another route, where the route key is an identity source",
    kinds: ROUTE_KEY,
    sources: from({ "HTTP 2.0 by route key": [RECORDED] }),
    run: (probe, kind) => second(probe, kind, { route: "one/more" }),
  },
  {
    name: "What the event says of the token and the route key as identity sources",
    kinds: ROUTE_KEY,
    sources: from({ "HTTP 2.0 by route key": [RECORDED] }),
    run: (probe, kind) => askToEcho(probe, kind, "$sources"),
  },
  {
    name: "What the event says of the token and a stage variable as identity sources",
    kinds: ["HTTP 2.0 by stage variable"],
    sources: from({}),
    run: (probe, kind) => askToEcho(probe, kind, "$sources"),
  },
  {
    name: "What the event says of a stage variable",
    kinds: STAGE_VARIABLE,
    sources: from({}),
    run: (probe, kind) => askToEcho(probe, kind, "$variable"),
  },
];

/** Whether the call after a first one, to the route `one`, is answered from the cache. */
async function second(probe: Probe, kind: Kind, question: Question): Promise<Reply> {
  const token = tokenOf([answer(kind, "Allow", { context: { nonce: "$nonce" } })], randomUUID());
  const first = await probe.ask(kind, { token });
  const reply = await probe.ask(kind, { ...question, token });
  if (first.status !== 200 || reply.status !== 200) return reply;
  const isCached = nonceOf(first) === nonceOf(reply);
  return { ...reply, seen: isCached ? "what it saw on the first" : "another answer" };
}

function askToEcho(probe: Probe, kind: Kind, text: string): Promise<Reply> {
  return probe.ask(kind, { turns: [answer(kind, "Allow", { context: { text } })] });
}

export function nonceOf({ seen }: Reply): string | undefined {
  return /"nonce":"([^"]+)"/.exec(JSON.stringify(seen))?.[1];
}
