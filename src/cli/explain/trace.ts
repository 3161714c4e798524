import { ACCESS_RULES } from "../../authorizer/access-rules.ts";
import type { Decision } from "../../authorizer/decision.ts";
import { evaluate, type EvaluationStep } from "../../authorizer/evaluate.ts";
import type { Identity } from "../../identity/identity.ts";
import type { TokenUse } from "../../token/read-claims.ts";
import type { UnverifiedJwt } from "../../token/jwt.ts";
import type { KeySet } from "../../token/keys/remote-key-set.ts";
import { createJwtVerifier } from "../../token/verify.ts";
import { getHint, type Reason } from "../../errors.ts";
import { isErrorReason, AuthorizerError } from "../../errors.ts";
import type { RevocationLookup } from "../../revocation/lookup.ts";
import { toCutoff } from "../../settings/cutoff.ts";
import type { Settings } from "../../settings/settings.ts";

/** What each step asks, in the order in which the authorizer takes them. */
export const STEPS = {
  event: "API Gateway sent an event that the authorizer knows",
  "identity-source": "the HTTP API's identity source holds the token",
  credential: "there is exactly one bearer token",
  form: "the token is a JWT of three parts, at most 8 KB",
  header: "RS256, a key ID, and nothing that steers verification",
  issuer: "the token comes from AUTH0_DOMAIN",
  audience: "it is meant for one of AUTH0_CLIENT_IDS or of AUTH0_AUDIENCES",
  kind: "it is wholly an ID token, or wholly an access token",
  subject: "it says whom it speaks of",
  times: "it is valid now, and not issued before AUTHORIZER_ISSUED_AFTER",
  binding: "it is not bound to a key of its bearer",
  key: "the tenant publishes the key that signed it",
  signature: "the signature matches",
  context: "the gateway hands its values on unchanged",
  machine: "the caller is no machine (AUTHORIZER_ALLOW_MACHINES)",
  anonymous: "the caller has signed in (AUTHORIZER_ALLOW_ANONYMOUS)",
  organization: "the organization is allowed (AUTH0_ORGANIZATIONS)",
  email: "the e-mail is as AUTHORIZER_EMAIL_POLICY and AUTHORIZER_EMAIL_DOMAINS want it",
  claims: "the claims have the values of AUTH0_REQUIRED_CLAIMS",
  permissions: "all AUTH0_REQUIRED_PERMISSIONS are there",
  revocation: "it was not revoked (REVOCATION_TABLE)",
} as const satisfies Readonly<Record<EvaluationStep, string>>;

export type Outcome = "passed" | "refused" | "undecided" | "skipped" | "not reached";

type Verdict =
  | { readonly outcome: "accepted" | "unverified"; readonly identity: Identity }
  | {
      readonly outcome: "refused" | "undecided";
      readonly reason: Reason;
      readonly detail: string | undefined;
      readonly hint: string;
    };

/** Every step with what became of it, and the verdict. */
export interface Trace {
  readonly steps: readonly { readonly step: EvaluationStep; readonly outcome: Outcome }[];
  readonly verdict: Verdict;
  /** What the token says, as far as it could be read. Nobody vouches for it. */
  readonly jwt: UnverifiedJwt | undefined;
  readonly use: TokenUse | undefined;
}

export interface TraceOptions {
  readonly settings: Settings;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The keys of an issuer; without it, key and signature are skipped. */
  readonly getKeySet: ((issuer: string) => KeySet) | undefined;
  /** The table of the settings, if they name one; without it, its step is skipped. */
  readonly revocations?: RevocationLookup | undefined;
}

const STEP_NAMES = Object.keys(STEPS) as readonly EvaluationStep[];
const KEY_STEPS: readonly EvaluationStep[] = ["key", "signature"];

/** Evaluates an event as the authorizer does, on the authorizer's own path, and records each step. */
export async function trace(event: unknown, options: TraceOptions): Promise<Trace> {
  const { settings, now, getKeySet } = options;
  const revocations =
    options.revocations ?? (settings.revocationTable === undefined ? undefined : NO_REVOCATIONS);
  const recorder = new Recorder([
    ...(getKeySet === undefined ? KEY_STEPS : []),
    ...(revocations === NO_REVOCATIONS ? (["revocation"] as const) : []),
  ]);
  const verify = createJwtVerifier({
    rules: { ...settings, issuers: settings.domain },
    cutoff: toCutoff(settings.issuedAfter, now),
    getKeySet: getKeySet ?? noKeys,
    clock: () => now,
  });
  const { decision } = await evaluate(event, { rules: settings, verify, revocations }, recorder.step);
  return {
    steps: STEP_NAMES.map((step) => ({ step, outcome: recorder.outcomes.get(step) ?? "not reached" })),
    verdict: getVerdict(decision, getKeySet !== undefined),
    jwt: recorder.yielded.get("form") as UnverifiedJwt | undefined,
    use: (recorder.yielded.get("audience") as { readonly use: TokenUse } | undefined)?.use,
  };
}

function noKeys(): never {
  throw new Error("the key is a step that is skipped");
}

const NO_REVOCATIONS: RevocationLookup = {
  check: () => Promise.reject(new Error("the revocation is a step that is skipped")),
};

function getVerdict(decision: Decision, isVerified: boolean): Verdict {
  if (decision.outcome === "allow")
    return { outcome: isVerified ? "accepted" : "unverified", identity: decision.identity };
  const { outcome, reason } = decision;
  return {
    outcome: outcome === "error" ? "undecided" : "refused",
    reason,
    detail: outcome === "deny" ? decision.detail : decision.cause.detail,
    hint: getHint(reason),
  };
}

/** Keeps what became of each step, and what it yielded. */
class Recorder {
  readonly outcomes = new Map<EvaluationStep, Outcome>();
  readonly yielded = new Map<EvaluationStep, unknown>();
  readonly #skipped: readonly EvaluationStep[];

  constructor(skipped: readonly EvaluationStep[]) {
    this.#skipped = skipped;
  }

  readonly step = <Values extends readonly unknown[], T>(
    name: EvaluationStep,
    check: (...values: Values) => T,
    ...values: Values
  ): T => {
    if (this.#skipped.includes(name)) return this.#skip(name) as T;
    try {
      const result = check(...values);
      if (result instanceof Promise) result.catch((error: unknown) => this.#fail(name, error));
      this.yielded.set(name, result);
      this.outcomes.set(name, isReason(name, result) ? "refused" : "passed");
      return result;
    } catch (error) {
      this.#fail(name, error);
      throw error;
    }
  };

  /** What a skipped step would yield is used by skipped steps only. */
  #skip(name: EvaluationStep): unknown {
    this.outcomes.set(name, "skipped");
    return undefined;
  }

  #fail(name: EvaluationStep, error: unknown): void {
    const undecided = error instanceof AuthorizerError && isErrorReason(error.code);
    this.outcomes.set(name, undecided ? "undecided" : "refused");
  }
}

/** These steps refuse a caller by what they yield; the others throw. */
function isReason(name: EvaluationStep, result: unknown): boolean {
  return result !== undefined && (name === "context" || Object.hasOwn(ACCESS_RULES, name));
}
