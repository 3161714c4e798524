import { randomUUID } from "node:crypto";
import type { Case } from "./case.ts";
import { nonceOf } from "./key-cases.ts";
import { KINDS, tokenOf, type Kind, type Probe, type Reply, type Turn } from "./probe.ts";
import { from, PAGES, RECORDED, reported } from "./sources.ts";
import { answer, denyFrom } from "./turns.ts";

const CACHING = KINDS.filter((kind) => kind !== "WebSocket");
const CACHING_POLICIES = CACHING.filter((kind) => kind !== "HTTP simple");
/** The later turn begins after the first call, and the second call comes after that. */
const [LATER_MS, PAUSE_SECONDS] = [3000, 6];

/** What becomes of an answer on the caller's next route, and after a while. */
export const CACHE_CASES: readonly Case[] = [
  {
    name: "The context holds quotes, and the answer comes from the cache",
    kinds: CACHING,
    sources: from({
      REST: [RECORDED],
      "HTTP 1.0": [reported("mantil-io/mantil#52", "medium")],
      "HTTP 2.0": [RECORDED],
      "HTTP simple": [RECORDED],
    }),
    run: (probe, kind) => secondRoute(probe, kind, answer(kind, "Allow", { context: { text: '{"a":"b"}' } })),
  },
  {
    name: "A second route, under a cached policy for the whole stage",
    kinds: CACHING_POLICIES,
    sources: from({ REST: [PAGES.restCache, RECORDED], HTTP: [PAGES.http] }),
    run: askedOnce,
  },
  {
    name: "A second route, under a cached policy for the first route alone",
    kinds: CACHING_POLICIES,
    sources: from({
      "REST TOKEN": [PAGES.restCache, RECORDED],
      "REST REQUEST": [PAGES.restCache],
      "HTTP 1.0": [PAGES.http],
      "HTTP 2.0": [PAGES.http, RECORDED],
    }),
    run: (probe, kind) => secondRoute(probe, kind, answer(kind, "Allow", { resource: "$arn" })),
  },
  {
    name: "A second route, under a cached simple response",
    kinds: ["HTTP simple"],
    sources: from({ HTTP: [PAGES.http, RECORDED] }),
    run: askedOnce,
  },
  {
    name: "A second route after a Deny, where the authorizer would now allow",
    kinds: CACHING,
    sources: from({
      "REST TOKEN": [RECORDED],
      "HTTP 1.0": [PAGES.http],
      "HTTP 2.0": [PAGES.http, RECORDED],
      "HTTP simple": [PAGES.http, RECORDED],
    }),
    waits: true,
    run: (probe, kind) => thenAllowed(probe, kind, answer(kind, "Deny")),
  },
  {
    name: "A second route after a thrown `Unauthorized`, where the authorizer would now allow",
    kinds: CACHING,
    sources: from({ "REST TOKEN": [RECORDED] }),
    waits: true,
    run: (probe, kind) => thenAllowed(probe, kind, { error: "Unauthorized" }),
  },
  {
    name: "A second route after a malformed answer, where the authorizer would now allow",
    kinds: CACHING,
    sources: from({ "REST TOKEN": [RECORDED] }),
    waits: true,
    run: (probe, kind) => thenAllowed(probe, kind, { answer: { principalId: "user", context: {} } }),
  },
  {
    name: "A policy with a Deny from a moment on, kept, after that moment, where the authorizer would now allow",
    kinds: CACHING_POLICIES,
    sources: from({}),
    waits: true,
    run: afterItsEnd,
  },
];

/** The replies to one token on one route and then, after a while, on another. */
async function twoRoutes(
  probe: Probe,
  kind: Kind,
  turnsAt: (now: number) => readonly Turn[],
  seconds = 0,
): Promise<readonly [Reply, Reply]> {
  let sent: string | undefined;
  const token = (): string => (sent ??= tokenOf(turnsAt(probe.now()), randomUUID()));
  const first = await probe.ask(kind, { token });
  await probe.pause(seconds);
  return [first, await probe.ask(kind, { token, route: "two" })];
}

async function secondRoute(probe: Probe, kind: Kind, turn: Turn): Promise<Reply> {
  const [, second] = await twoRoutes(probe, kind, () => [turn]);
  return second;
}

/** The second route's reply, after the authorizer has changed its mind. */
async function thenAllowed(probe: Probe, kind: Kind, first: Turn): Promise<Reply> {
  const later = (now: number): Turn => ({ ...answer(kind, "Allow"), from: now + LATER_MS });
  const [, second] = await twoRoutes(probe, kind, (now) => [first, later(now)], PAUSE_SECONDS);
  return second;
}

/** Whether the backend sees the same on two routes, though the authorizer says something else each time. */
async function askedOnce(probe: Probe, kind: Kind): Promise<Reply> {
  const [first, second] = await twoRoutes(probe, kind, () => [withNonce(kind)]);
  const seen = nonceOf(first) === nonceOf(second) ? "what it saw on the first" : "another answer";
  return { ...second, seen };
}

/**
 * A policy that ends is given out, and its end goes by. From then on the authorizer allows without an end, so that
 * only the kept policy can refuse; and it says another nonce each time, which tells whether it was asked again.
 */
async function afterItsEnd(probe: Probe, kind: Kind): Promise<Reply> {
  const turnsAt = (now: number): readonly Turn[] => {
    const end = now + LATER_MS;
    return [withNonce(kind, [denyFrom(end)]), { ...withNonce(kind), from: end }];
  };
  const [first, second] = await twoRoutes(probe, kind, turnsAt, PAUSE_SECONDS);
  return { ...second, seen: verdict(first, second) };
}

/** The three things that a gateway may do, and what it does where it does not know such a policy at all. */
function verdict(first: Reply, second: Reply): string {
  if (first.status !== 200) return "nothing: refused from the start";
  if (second.status === 403) return "nothing: cached, and evaluated anew";
  if (second.status !== 200) return "nothing";
  return nonceOf(first) === nonceOf(second) ? "cached, and not evaluated anew" : "not cached";
}

function withNonce(kind: Kind, statements: readonly object[] = []): Turn {
  return answer(kind, "Allow", { context: { nonce: "$nonce" }, statements });
}
