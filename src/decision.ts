import type { IdentityContext } from "./context.ts";
import type { Identity } from "./identity.ts";
import {
  refuseClaims,
  refuseEmailDomain,
  refuseOrganization,
  refusePermissions,
} from "./optional-access-rules.ts";
import type { Reason } from "./reasons.ts";
import { isUndecided, type CallerRefusal, type Refusal } from "./refusal.ts";
import { unwatched, type Step } from "./step.ts";

/** What is answered to one request. */
export type Decision = Accepted | CallerRefused | NoValidToken | Undecided;

export interface Accepted {
  readonly outcome: "accepted";
  readonly identity: Identity;
  /** What the Lambdas behind receive. */
  readonly context: IdentityContext;
}

/** A verified caller who does not get in. */
export interface CallerRefused extends CallerRefusal {
  readonly outcome: "caller-refused";
  readonly identity: Identity;
}

export interface NoValidToken {
  readonly outcome: "no-valid-token";
  readonly reason: Reason;
  readonly cause: Refusal;
}

/** Nothing can be said about the caller. */
export interface Undecided {
  readonly outcome: "undecided";
  readonly reason: Reason;
  readonly cause: Refusal;
}

export interface AccessRules {
  readonly allowMachines: boolean;
  readonly allowAnonymous: boolean;
  readonly organizations: readonly string[];
  readonly email: "verified" | "present" | "optional";
  /** In lower case. */
  readonly emailDomains: readonly string[];
  /** The values that a claim may have, by its name. */
  readonly requiredClaims: Readonly<Record<string, readonly string[]>>;
  readonly requiredPermissions: readonly string[];
}

export type AccessRuleName = "machine" | "anonymous" | "organization" | "email" | "claims" | "permissions";

type AccessRule = (identity: Identity, rules: AccessRules) => CallerRefusal | undefined;

/** What a caller must be, in the order in which it is asked, and why they are refused otherwise. */
export const ACCESS_RULES: Readonly<Record<AccessRuleName, AccessRule>> = {
  machine: refuseMachine,
  anonymous: refuseAnonymous,
  organization: (identity, { organizations }) =>
    organizations.length > 0 ? refuseOrganization(identity, organizations) : undefined,
  email: refuseEmail,
  claims: (identity, { requiredClaims }) =>
    Object.keys(requiredClaims).length > 0 ? refuseClaims(identity, requiredClaims) : undefined,
  permissions: (identity, { requiredPermissions }) =>
    requiredPermissions.length > 0 ? refusePermissions(identity, requiredPermissions) : undefined,
};

const RULE_NAMES = Object.keys(ACCESS_RULES) as readonly AccessRuleName[];

/**
 * Why a verified caller does not get in, if so. It never sees the method or the path: that makes one policy right for
 * the whole stage, which is what API Gateway's cache needs.
 */
export function refusalOf(
  identity: Identity,
  rules: AccessRules,
  step: Step<AccessRuleName> = unwatched,
): CallerRefusal | undefined {
  for (const name of RULE_NAMES) {
    const refusal = step(name, ACCESS_RULES[name], identity, rules);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** What was thrown on the way to an identity: no valid token, or nothing that can be decided. */
export function thrown(cause: Refusal): NoValidToken | Undecided {
  return isUndecided(cause.reason)
    ? undecided(cause)
    : { outcome: "no-valid-token", reason: cause.reason, cause };
}

export function undecided(cause: Refusal): Undecided {
  return { outcome: "undecided", reason: cause.reason, cause };
}

function refuseMachine({ principalType }: Identity, rules: AccessRules): CallerRefusal | undefined {
  return principalType === "machine" && !rules.allowMachines ? { reason: "machine_client" } : undefined;
}

function refuseAnonymous({ principalType }: Identity, rules: AccessRules): CallerRefusal | undefined {
  return principalType === "anonymous" && !rules.allowAnonymous ? { reason: "anonymous_visitor" } : undefined;
}

/** An address that cannot be handed on unchanged is left out where an e-mail is optional. */
function refuseEmail({ email }: Identity, rules: AccessRules): CallerRefusal | undefined {
  if (email.kind !== "address") {
    const reason = email.kind === "missing" ? "email_missing" : "email_unsupported";
    return rules.email === "optional" ? undefined : { reason };
  }
  if (rules.email === "verified" && email.verified !== true) return { reason: "email_not_verified" };
  return rules.emailDomains.length > 0 ? refuseEmailDomain(email.address, rules.emailDomains) : undefined;
}
