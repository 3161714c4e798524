import type { Case } from "./case.ts";
import type { Question } from "./probe.ts";
import { from, PAGES, RECORDED, RECORDINGS, reported, type Sources } from "./sources.ts";
import { answer } from "./turns.ts";

const TRAILING_SLASH = [
  reported("sloev/python-lambdarest#32", "high"),
  reported("aws-powertools/powertools-lambda-python#1552", "high"),
];

/** How paths and methods reach a route, and what the backend is told of them. */
export const ROUTE_CASES: readonly Case[] = [
  reaching("A path with parameters", "one", { REST: [PAGES.restProxy, RECORDED], HTTP: [RECORDED] }),
  reaching("A slash at the end of the path", "one/", {
    REST: TRAILING_SLASH,
    HTTP: [reported("storacha/w3infra#166", "medium")],
  }),
  reaching("A space in the path, as `%20`", "a%20b", { REST: [RECORDINGS.paths], HTTP: [RECORDINGS.paths] }),
  reaching("A slash in the path, as `%2F`, in place of a parameter", "one%2Ftwo", {
    REST: [RECORDINGS.paths],
  }),
  reaching("A space in the path, encoded twice", "a%2520b", {
    REST: [RECORDINGS.paths],
    HTTP: [RECORDINGS.paths],
  }),
  reaching("A question mark in the path, as `%3F`", "a%3Fb", {
    REST: [RECORDINGS.paths],
    HTTP: [RECORDINGS.paths],
  }),
  reaching("A percent sign in the path, as `%25`", "a%25b", {
    REST: [RECORDINGS.paths],
    HTTP: [RECORDINGS.paths],
  }),
  {
    name: "HEAD on a route for GET",
    kinds: ["REST REQUEST", "HTTP 2.0"],
    sources: from({ REST: [reported("propublica/congress-api-docs#129", "high")] }),
    run: async (probe, kind) => {
      const turns = [answer(kind, "Allow")];
      const { status, seen } = await probe.ask(kind, { turns, method: "HEAD" });
      return { status, body: "", seen };
    },
  },
  {
    name: "A method that a guarded path lacks, beside an open `ANY /{proxy+}`, without a token",
    kinds: ["REST REQUEST", "HTTP 2.0"],
    sources: from({ REST: [reported("ministackorg/ministack#1423", "high")], HTTP: [PAGES.httpRoutes] }),
    run: (probe, kind) => probe.ask(kind, { route: "fall/admin" }),
  },
];

function reaching(name: string, route: string, sources: Sources): Case {
  return {
    name,
    kinds: ["REST REQUEST", "HTTP 2.0"],
    sources: from(sources),
    run: (probe, kind) => {
      const question: Question = { turns: [answer(kind, "Allow")], route, tells: "route" };
      return probe.ask(kind, question);
    },
  };
}
