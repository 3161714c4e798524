import { readEvent } from "../apigateway/event.ts";
import type { Settings } from "../config.ts";
import { ACCESS_RULES, type AccessRuleName, type AccessRules } from "../decision.ts";
import { identityFromClaims, type Identity } from "../identity.ts";
import { parseBearer, type Credentials } from "../oauth/bearer.ts";
import { CLAIM_CHECKS, tokenUse, type ClaimRule, type TokenUse } from "../oauth/claims.ts";
import {
  checkHeader,
  decodeUnverifiedJwt,
  member,
  type DecodedJwt,
  type UnverifiedJwt,
} from "../oauth/jwt.ts";
import type { KeySet } from "../oauth/key-set.ts";
import { verifySignature } from "../oauth/signature.ts";
import { HINTS, isUndecided, Refusal, type CallerReason, type Reason } from "../refusal.ts";

/** The rules in the order in which the authorizer applies them, and what each asks. */
export const RULES = {
  event: "API Gateway sent an event that the authorizer knows",
  credential: "there is exactly one bearer token",
  form: "the token is a JWT of three parts, at most 8 KB",
  header: "RS256, a key ID, and nothing that steers verification",
  issuer: "the token comes from AUTH0_DOMAIN",
  audience: "it is meant for one of AUTH0_CLIENT_IDS or of AUTH0_AUDIENCES",
  kind: "it is wholly an ID token, or wholly an access token",
  subject: "it says whom it speaks of",
  times: "it is valid now",
  binding: "it is not bound to a key of its bearer",
  key: "the tenant publishes the key that signed it",
  signature: "the signature matches",
  identity: "its values can be handed on unchanged",
  machine: "the caller is a person (AUTHORIZER_ALLOW_MACHINES)",
  organization: "the organization is allowed (AUTH0_ORGANIZATIONS)",
  email: "the e-mail is as AUTHORIZER_EMAIL wants it",
  permissions: "all AUTH0_REQUIRED_PERMISSIONS are there",
} as const satisfies Readonly<Record<ClaimRule | AccessRuleName, string>> & Readonly<Record<string, string>>;

export type Rule = keyof typeof RULES;
export type Outcome = "passed" | "refused" | "undecided" | "skipped" | "not reached";

interface Step {
  readonly rule: Rule;
  readonly outcome: Outcome;
}

type Verdict =
  | { readonly outcome: "accepted"; readonly identity: Identity }
  | { readonly outcome: "unverified"; readonly identity: Identity }
  | {
      readonly outcome: "refused" | "undecided";
      readonly reason: Reason;
      readonly detail: string | undefined;
      readonly hint: string;
    };

/** Every rule with what became of it, and the verdict. */
export interface Walk {
  readonly steps: readonly Step[];
  readonly verdict: Verdict;
  /** What the token says, as far as it could be read. Nobody vouches for it. */
  readonly jwt: UnverifiedJwt | undefined;
  readonly use: TokenUse | undefined;
}

export interface WalkOptions {
  readonly settings: Settings;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The keys of an issuer; without it, key and signature are skipped. */
  readonly keySetOf: ((issuer: string) => KeySet) | undefined;
}

/** A whole event of an authorizer, or the credentials of a request. */
export type Evidence = { readonly event: unknown } | { readonly credentials: Credentials };

/** Judges a request as the authorizer does, one rule after the other, by the authorizer's own functions. */
export async function walk(evidence: Evidence, options: WalkOptions): Promise<Walk> {
  const path = new Path("event" in evidence ? RULE_NAMES : RULE_NAMES.slice(1));
  try {
    const identity = await judge(evidence, options, path);
    return path.walked({ outcome: path.skippedAny ? "unverified" : "accepted", identity });
  } catch (error) {
    if (error instanceof CallerRefused) return path.walked(verdictOf(error.reason, undefined));
    if (error instanceof Refusal) return path.walked(verdictOf(error.reason, error.detail));
    throw error;
  }
}

const RULE_NAMES = Object.keys(RULES) as readonly Rule[];

/** The order is `judge`'s in authorizer.ts and `createVerifier`'s; a test compares. */
async function judge(evidence: Evidence, options: WalkOptions, path: Path): Promise<Identity> {
  const { settings } = options;
  const credentials =
    "event" in evidence
      ? path.take("event", () => readEvent(evidence.event)).credentials
      : evidence.credentials;
  const token = path.take("credential", () => parseBearer(credentials));
  const jwt = (path.jwt = path.take("form", () => decodeUnverifiedJwt(token)));
  const kid = path.take("header", () => checkHeader(jwt.header));
  const use = claimRules(jwt, options, path);
  await keyRules(jwt, { kid, issuer: String(member(jwt.claims, "iss")) }, options, path);
  const identity = path.take("identity", () => identityFromClaims(use, jwt.claims, settings));
  accessRules(identity, settings, path);
  return identity;
}

function claimRules(jwt: UnverifiedJwt, { settings, now }: WalkOptions, path: Path): TokenUse {
  for (const rule of Object.keys(CLAIM_CHECKS) as ClaimRule[]) {
    path.take(rule, () => CLAIM_CHECKS[rule](jwt, settings, now / 1000));
    if (rule === "audience") path.use = tokenUse(jwt, settings);
  }
  return tokenUse(jwt, settings);
}

async function keyRules(
  jwt: DecodedJwt,
  { kid, issuer }: { readonly kid: string; readonly issuer: string },
  { keySetOf }: WalkOptions,
  path: Path,
): Promise<void> {
  if (keySetOf === undefined) {
    path.skip("key");
    path.skip("signature");
    return;
  }
  const key = await path.takeAsync("key", keySetOf(issuer).key(kid));
  path.take("signature", () => verifySignature(jwt, key));
}

function accessRules(identity: Identity, rules: AccessRules, path: Path): void {
  for (const rule of Object.keys(ACCESS_RULES) as AccessRuleName[])
    path.take(rule, () => orThrow(ACCESS_RULES[rule](identity, rules)));
}

/** In the authorizer this is a value; on this path everything that ends it is thrown. */
class CallerRefused extends Error {
  readonly reason: CallerReason;

  constructor(reason: CallerReason) {
    super(reason);
    this.reason = reason;
  }
}

function orThrow(reason: CallerReason | undefined): void {
  if (reason !== undefined) throw new CallerRefused(reason);
}

function verdictOf(reason: Reason, detail: string | undefined): Verdict {
  return { outcome: isUndecided(reason) ? "undecided" : "refused", reason, detail, hint: HINTS[reason] };
}

/** What was walked so far. */
class Path {
  jwt: UnverifiedJwt | undefined;
  use: TokenUse | undefined;
  readonly #rules: readonly Rule[];
  readonly #outcomes = new Map<Rule, Outcome>();

  constructor(rules: readonly Rule[]) {
    this.#rules = rules;
  }

  get skippedAny(): boolean {
    return [...this.#outcomes.values()].includes("skipped");
  }

  take<T>(rule: Rule, check: () => T): T {
    try {
      const result = check();
      this.#outcomes.set(rule, "passed");
      return result;
    } catch (error) {
      this.#fail(rule, error);
      throw error;
    }
  }

  async takeAsync<T>(rule: Rule, check: Promise<T>): Promise<T> {
    const result = await check.catch(
      (error: unknown) => (this.#fail(rule, error), Promise.reject(error as Error)),
    );
    this.#outcomes.set(rule, "passed");
    return result;
  }

  skip(rule: Rule): void {
    this.#outcomes.set(rule, "skipped");
  }

  walked(verdict: Verdict): Walk {
    const steps = this.#rules.map((rule) => ({ rule, outcome: this.#outcomes.get(rule) ?? "not reached" }));
    return { steps, verdict, jwt: this.jwt, use: this.use };
  }

  #fail(rule: Rule, error: unknown): void {
    const undecided = error instanceof Refusal && isUndecided(error.reason);
    this.#outcomes.set(rule, undecided ? "undecided" : "refused");
  }
}
