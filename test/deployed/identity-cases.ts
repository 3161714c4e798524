import type { Case } from "./case.ts";
import { KINDS, tokenOf } from "./probe.ts";
import { from, PAGES, RECORDED } from "./sources.ts";
import { answer } from "./turns.ts";

const UNSIGNED = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtYWxsb3J5In0.";
const [FIRST, SECOND] = ["1", "2"];

/** What the gateway makes of a request before it asks its authorizer. */
export const IDENTITY_CASES: readonly Case[] = [
  {
    name: "The identity source is missing",
    kinds: KINDS,
    sources: from({
      REST: [PAGES.create, RECORDED],
      HTTP: [PAGES.http, RECORDED],
      WebSocket: [PAGES.webSocket, RECORDED],
    }),
    run: (probe, kind) => probe.ask(kind, {}),
  },
  {
    name: "The identity source is empty, where the authorizer would fail",
    kinds: KINDS,
    sources: from({ REST: [RECORDED], HTTP: [RECORDED], WebSocket: [RECORDED] }),
    run: (probe, kind) => probe.ask(kind, { credentials: [""] }),
  },
  {
    name: "The token does not match the validation expression",
    kinds: ["REST TOKEN"],
    sources: from({ REST: [PAGES.create, RECORDED] }),
    run: (probe, kind) => probe.ask(kind, { token: "%" }),
  },
  {
    name: "The parameter with the token comes twice, the second time empty",
    kinds: ["WebSocket"],
    sources: from({ WebSocket: [RECORDED] }),
    run: (probe, kind) => probe.ask(kind, { credentials: [tokenOf([answer(kind, "Allow")], FIRST), ""] }),
  },
  {
    name: "The parameter with the token comes twice, the first time empty",
    kinds: ["WebSocket"],
    sources: from({ WebSocket: [RECORDED] }),
    run: (probe, kind) => probe.ask(kind, { credentials: ["", tokenOf([answer(kind, "Allow")], SECOND)] }),
  },
  {
    name: "There are two Authorization headers",
    kinds: ["WebSocket"],
    sources: from({ WebSocket: [RECORDED] }),
    run: (probe, kind) =>
      probe.ask(kind, { turns: [answer(kind, "Allow")], authorizationHeaders: ["a", "b"] }),
  },
  {
    name: "How the authorizer finds the name of the header `Authorization` spelled",
    kinds: KINDS.filter((kind) => kind.startsWith("HTTP") || kind === "REST REQUEST"),
    sources: from({ REST: [PAGES.restInput, RECORDED], HTTP: [PAGES.httpEvent, RECORDED] }),
    run: (probe, kind) =>
      probe.ask(kind, { turns: [answer(kind, "Allow", { context: { spelled: "$header" } })] }),
  },
  {
    name: "A route without an authorizer",
    kinds: ["REST REQUEST", "HTTP 2.0"],
    sources: from({ REST: [PAGES.restProxy, RECORDED], HTTP: [PAGES.httpEvent, RECORDED] }),
    run: (probe, kind) => probe.ask(kind, { route: "open", token: UNSIGNED }),
  },
];
