import { readStageRules } from "../../apigateway/stage-variables.ts";
import type { Decision } from "../../authorizer/decision.ts";
import { evaluate, type EvaluationStep } from "../../authorizer/evaluate.ts";
import type { Identity } from "../../identity/identity.ts";
import type { TokenUse } from "../../token/claims.ts";
import type { UnverifiedJwt } from "../../token/jwt.ts";
import type { KeySet } from "../../token/keys/remote-key-set.ts";
import { checkAudience, createJwtVerifier, narrowAudiences } from "../../token/verify.ts";
import { getHint, type Reason } from "../../errors.ts";
import type { RevocationLookup } from "../../revocation/lookup.ts";
import { toCutoff } from "../../settings/cutoff.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Evidence } from "../token-input.ts";

/** What each step asks, in the order in which the authorizer takes them. */
export const STEPS = {
  event: "API Gateway sent an event that the authorizer knows",
  "identity-source":
    "the HTTP API's identity source holds the token, and the route if there are permissions by route",
  stage: "the stage variables of the API name audiences and permissions that the settings have",
  credential: "there is exactly one bearer token",
  form: "the token is a JWT of three parts, at most 8 KB",
  header: "signed with RS256, with a key ID and without crit, jku or the like",
  issuer: "the token comes from AUTH0_DOMAIN",
  audience: "its audience is in AUTH0_CLIENT_IDS or AUTH0_AUDIENCES",
  "token-type": "it is an ID token or an access token, not a mixture",
  subject: "it names its subject (sub)",
  lifetime: "it is valid now, and not issued before AUTHORIZER_ISSUED_AFTER",
  "sender-constraint": "it is not bound to a key (DPoP, mutual TLS)",
  key: "the tenant publishes the key that signed it",
  signature: "the signature matches",
  context: "API Gateway forwards its values unchanged",
  machine: "the caller is not a machine (AUTHORIZER_ALLOW_MACHINES)",
  anonymous: "the caller has signed in (AUTHORIZER_ALLOW_ANONYMOUS)",
  agent: "the caller is not an AI agent (AUTHORIZER_ALLOW_AGENTS)",
  actor: "an actor, if there is one, may act for users (AUTHORIZER_ACTORS)",
  organization: "the organization is allowed (AUTH0_ORGANIZATIONS)",
  email: "the email meets AUTHORIZER_EMAIL_POLICY and AUTHORIZER_EMAIL_DOMAINS",
  claims: "the claims have the values of AUTH0_REQUIRED_CLAIMS",
  permissions: "it has all AUTH0_REQUIRED_PERMISSIONS, and those of the stage",
  route: "the route is listed, and the token has its permissions (AUTHORIZER_ROUTE_PERMISSIONS, routes.json)",
  revocation: "it was not revoked (REVOCATION_TABLE)",
} as const satisfies Readonly<Record<EvaluationStep, string>>;

/** What became of a step: it passed, or it decided as the authorizer's four outcomes say, or it was not made. */
export type StepOutcome = "passed" | Exclude<Decision["outcome"], "allow"> | "skipped" | "not reached";

/** What the authorizer decides; `unverified` where it would allow, but for keys that nothing was checked with. */
type Verdict =
  | { readonly outcome: "allow" | "unverified"; readonly identity: Identity }
  | {
      readonly outcome: Exclude<Decision["outcome"], "allow">;
      readonly reason: Reason;
      readonly detail: string | undefined;
      readonly hint: string;
    };

/** Every step with what became of it, and the verdict. */
export interface Trace {
  readonly steps: readonly { readonly step: EvaluationStep; readonly outcome: StepOutcome }[];
  readonly verdict: Verdict;
  /** What the token says, as far as it could be read. It is not verified. */
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
export async function trace({ event, hiddenSteps }: Evidence, options: TraceOptions): Promise<Trace> {
  const { now, getKeySet } = options;
  // A token alone says nothing about the API that it is sent to.
  const isTokenAlone = hiddenSteps.length > 0;
  const settings = isTokenAlone
    ? { ...options.settings, routePermissions: {}, shared: false }
    : options.settings;
  const withoutTable = options.revocations === undefined && settings.revocationTable !== undefined;
  const reached: EvaluationStep[] = [];
  const verify = createJwtVerifier({
    rules: { ...settings, issuers: settings.domain },
    cutoff: toCutoff(settings.issuedAfter, now),
    getKeySet: getKeySet ?? (() => UNCHECKED_KEYS),
    clock: () => now,
  });
  const { decision, jwt } = await evaluate(
    event,
    {
      rules: settings,
      verify,
      revocations: withoutTable ? UNCHECKED_REVOCATIONS : options.revocations,
    },
    (step) => void reached.push(step),
  );
  const skipped = new Set([
    ...(getKeySet === undefined ? KEY_STEPS : []),
    ...(withoutTable ? (["revocation"] as const) : []),
  ]);
  return {
    steps: STEP_NAMES.map((step) => ({ step, outcome: toOutcome(step, { reached, skipped, decision }) })),
    verdict: getVerdict(decision, getKeySet !== undefined),
    jwt,
    use: jwt && reached.includes("token-type") ? readUse(jwt, event, settings) : undefined,
  };
}

/** What the token is read as where it was sent: the API's stage may accept fewer audiences than the settings. */
function readUse({ claims }: UnverifiedJwt, event: unknown, settings: Settings): TokenUse {
  return checkAudience(claims, narrowAudiences(settings, readStageRules(event, settings).audiences)).use;
}

/** In place of keys that are not fetched: their steps are skipped. */
const UNCHECKED_KEYS: KeySet = {
  key: () => ({ verifySignature: () => undefined }),
};

/** In place of a table that is not read: its step is skipped. */
const UNCHECKED_REVOCATIONS: RevocationLookup = { check: () => Promise.resolve() };

interface Recording {
  /** In their order: the last one decided. */
  readonly reached: readonly EvaluationStep[];
  readonly skipped: ReadonlySet<EvaluationStep>;
  readonly decision: Decision;
}

function toOutcome(step: EvaluationStep, { reached, skipped, decision }: Recording): StepOutcome {
  if (!reached.includes(step)) return "not reached";
  if (skipped.has(step)) return "skipped";
  return step === reached.at(-1) && decision.outcome !== "allow" ? decision.outcome : "passed";
}

function getVerdict(decision: Decision, isVerified: boolean): Verdict {
  if (decision.outcome === "allow")
    return { outcome: isVerified ? "allow" : "unverified", identity: decision.identity };
  const { outcome, reason } = decision;
  const detail = outcome === "deny" ? decision.detail : decision.cause.detail;
  return { outcome, reason, detail, hint: getHint(reason) };
}
