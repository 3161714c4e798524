import { inspect } from "node:util";
import fc from "fast-check";
import type { Settings } from "../../src/settings/settings.ts";
import { bearerEvent } from "../../src/testing/events.ts";
import { underTest, verdictOf, type UnderTest, type Verdict } from "../authorizer-harness.ts";
import { absurdEvents, buildEvent, readingOf, tokenOf, type AbsurdEvent, type Reading } from "./events.ts";
import { at, createGround, GATEWAYS, SECRETS, TEAMS, type Ground } from "./fixtures.ts";
import { buildMutated, mutatedTokens, type MutatedToken } from "./mutated-tokens.ts";
import { createOracle, type Expectation, type Oracle } from "./oracle.ts";
import { buildSigned, signedTokens, type SignedToken } from "./signed-tokens.ts";

/** What came of a campaign. All but the first two must be zero. */
export interface Tally {
  tried: number;
  allowed: number;
  /** Allowed although they should not be, or with another identity, or with a policy for something else. */
  wronglyAllowed: number;
  /** Rejected although they should not be, or for want of a token instead of for who they are. */
  wronglyRejected: number;
  /** Neither an answer, nor `Unauthorized`, nor one of our errors. */
  unclassified: number;
  /** A token, a header or an email in a log line, an error or the context of a denial. */
  leaked: number;
}

/** A recipe that was checked wrongly, to be kept in the corpus. */
export type Finding = (
  | { readonly campaign: "mutated"; readonly recipe: MutatedToken }
  | { readonly campaign: "signed"; readonly recipe: SignedToken }
  | { readonly campaign: "events"; readonly recipe: AbsurdEvent }
) & { readonly failure?: string };

export interface Campaigns {
  run(name: Finding["campaign"], runs: number, seed: number): Promise<Tally>;
  replay(findings: readonly Finding[]): Promise<Tally>;
  readonly findings: Finding[];
}

type Failure = Exclude<keyof Tally, "tried" | "allowed">;

interface Trial {
  readonly verdict: Verdict | undefined;
  readonly thrown: unknown;
  readonly logged: string;
}

const ARBITRARIES: Readonly<Record<Finding["campaign"], fc.Arbitrary<unknown>>> = {
  mutated: mutatedTokens,
  signed: signedTokens,
  events: absurdEvents,
};
const CHUNK = 5000;
const STAGE = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod";
/** How many of the rejections have their error looked at with its stack and all that it holds: that is slow. */
const THOROUGH_EVERY = 50;

export function createCampaigns(ground: Ground = createGround()): Campaigns {
  const teams = TEAMS.map((team) => underTest(ground.published, team));
  const oracle = createOracle(ground);
  const findings: Finding[] = [];
  const campaign = async (cases: Iterable<Finding>): Promise<Tally> => {
    const tally: Tally = {
      tried: 0,
      allowed: 0,
      wronglyAllowed: 0,
      wronglyRejected: 0,
      unclassified: 0,
      leaked: 0,
    };
    for (const one of cases) {
      const failure = await judge(one, { ground, teams, oracle }, tally);
      if (failure === undefined) continue;
      tally[failure] += 1;
      findings.push({ ...one, failure });
    }
    return tally;
  };
  return {
    run: (name, runs, seed) => campaign(recipes(name, runs, seed)),
    replay: (kept) => campaign(kept),
    findings,
  };
}

function* recipes(name: Finding["campaign"], runs: number, seed: number): Iterable<Finding> {
  const arbitrary = ARBITRARIES[name];
  for (let done = 0; done < runs; done += CHUNK) {
    const options = { numRuns: Math.min(CHUNK, runs - done), seed: seed + done };
    for (const recipe of fc.sample(arbitrary, options)) {
      yield { campaign: name, recipe } as Finding;
    }
  }
}

interface Field {
  readonly ground: Ground;
  readonly teams: readonly UnderTest[];
  readonly oracle: Oracle;
}

async function judge(
  one: Finding,
  { ground, teams, oracle }: Field,
  tally: Tally,
): Promise<Failure | undefined> {
  const { event, token } = attempt(one, ground);
  const team = at(TEAMS, one.recipe.team);
  const reading = readingOf(event);
  const expected = await expectation(reading, (text, gateway) => oracle(text, team, gateway));
  const trial = await tried(at(teams, one.recipe.team), event);
  tally.tried += 1;
  if (trial.verdict?.allowed === true) tally.allowed += 1;
  return (
    checkVerdict(trial, expected, reading.stage ?? STAGE) ??
    checkStatus(trial, reading, team) ??
    checkLeaks(trial, token, tally.tried)
  );
}

function attempt(one: Finding, ground: Ground): { event: unknown; token: string } {
  if (one.campaign === "events") {
    return { event: buildEvent(one.recipe, ground), token: tokenOf(one.recipe, ground) };
  }
  const token =
    one.campaign === "mutated" ? buildMutated(one.recipe, ground) : buildSigned(one.recipe, ground);
  return { event: bearerEvent(at(GATEWAYS, one.recipe.gateway), token), token };
}

type Expected = Expectation | { readonly outcome: "error" };

async function expectation(
  { stage, token, gateway, isKeptWithoutToken }: Reading,
  oracle: (token: string, gateway: NonNullable<Reading["gateway"]>) => Promise<Expectation>,
): Promise<Expected> {
  if (stage === undefined || gateway === undefined || isKeptWithoutToken) return { outcome: "error" };
  return token === undefined ? { outcome: "unauthorized", why: "credentials" } : oracle(token, gateway);
}

async function tried(team: UnderTest, event: unknown): Promise<Trial> {
  team.lines.length = 0;
  try {
    const verdict = await verdictOf(team.authorize, event);
    return { verdict, thrown: undefined, logged: team.lines.join("") };
  } catch (thrown) {
    return { verdict: undefined, thrown, logged: team.lines.join("") };
  }
}

function checkVerdict({ verdict, logged }: Trial, expected: Expected, stage: string): Failure | undefined {
  if (verdict === undefined) return "unclassified";
  if (!verdict.allowed) {
    const { decision } = JSON.parse(logged) as { decision: string };
    if (expected.outcome === decision) return undefined;
    return decision === "error" ? "unclassified" : "wronglyRejected";
  }
  if (expected.outcome !== "allow") return "wronglyAllowed";
  const isSame = inspect(sorted(verdict.context)) === inspect(sorted(expected.context));
  const { usageIdentifierKey } = verdict.response as { readonly usageIdentifierKey?: unknown };
  const isOfPlan = usageIdentifierKey === expected.usageKey;
  return isSame && isOfPlan && opensOnly(stage, verdict) ? undefined : "wronglyAllowed";
}

/** What time alone cures must not be a Deny, which a gateway keeps. */
const CURED_BY_TIME = ["not_yet_valid", "unknown_key"];

/** A rejection that the client would see under a wrong status. */
function checkStatus(
  { verdict, logged }: Trial,
  { gateway }: Reading,
  team: Partial<Settings>,
): Failure | undefined {
  if (verdict?.allowed !== false) return undefined;
  const { decision, reason } = JSON.parse(logged) as { decision: string; reason: string };
  const isDenied =
    team.httpApiUnauthorized === "403" &&
    gateway?.startsWith("http") === true &&
    !CURED_BY_TIME.includes(reason);
  const statuses: Readonly<Record<string, number>> = {
    unauthorized: isDenied ? 403 : 401,
    deny: 403,
    error: 500,
  };
  return verdict.status === statuses[decision] ? undefined : "unclassified";
}

function opensOnly(stage: string, { response, context }: Verdict & { allowed: true }): boolean {
  if ("isAuthorized" in response) return true;
  const { Statement } = response.policyDocument;
  const isOfStage = Statement.every(({ Resource }) => Resource === `${stage}/*`);
  return isOfStage && response.principalId === context["sub"];
}

function sorted(context: Readonly<Record<string, string>>): unknown {
  return Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** A log line may never tell; an answer may tell the caller whom it allows. */
function checkLeaks({ verdict, logged }: Trial, token: string, tried: number): Failure | undefined {
  const told = verdict?.allowed === false && tried % THOROUGH_EVERY === 0 ? verdict.told() : "";
  const text = logged + told;
  const pieces = token.length < 20 ? [] : [token.slice(0, 20), token.slice(-20)];
  return [...SECRETS, ...pieces].some((secret) => text.includes(secret)) ? "leaked" : undefined;
}
