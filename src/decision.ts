import type { IdentityContext } from "./context.ts";
import { claimOf, type Identity } from "./identity.ts";
import type { CallerReason, Reason } from "./reasons.ts";
import { isUndecided, type Refusal } from "./refusal.ts";
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
export interface CallerRefused {
  readonly outcome: "caller-refused";
  readonly reason: CallerReason;
  /** What is known beyond the reason, safe to log: a name, never a value. */
  readonly detail?: string;
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

/** Why a caller does not get in. */
export type CallerRefusal = Pick<CallerRefused, "reason" | "detail">;

export type AccessRuleName = "machine" | "anonymous" | "organization" | "email" | "claims" | "permissions";

type AccessRule = (identity: Identity, rules: AccessRules) => CallerRefusal | undefined;

/** What a caller must be, in the order in which it is asked, and why they are refused otherwise. */
export const ACCESS_RULES: Readonly<Record<AccessRuleName, AccessRule>> = {
  machine: refuseMachine,
  anonymous: refuseAnonymous,
  organization: refuseOrganization,
  email: refuseEmail,
  claims: refuseClaims,
  permissions: refusePermissions,
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

/** An ID is only ever compared with an ID, and a name with a name: whoever names an organization chooses no ID. */
function refuseOrganization(identity: Identity, { organizations }: AccessRules): CallerRefusal | undefined {
  if (organizations.length === 0) return undefined;
  const { id, name } = identity.organization ?? {};
  const isAllowed = organizations.some((allowed) => allowed === (allowed.startsWith("org_") ? id : name));
  return isAllowed ? undefined : { reason: "organization_not_allowed" };
}

/** An address that cannot be handed on unchanged is left out where an e-mail is optional. */
function refuseEmail({ email }: Identity, rules: AccessRules): CallerRefusal | undefined {
  if (email.kind !== "address") {
    const reason = email.kind === "missing" ? "email_missing" : "email_unsupported";
    return rules.email === "optional" ? undefined : { reason };
  }
  if (rules.email === "verified" && email.verified !== true) return { reason: "email_not_verified" };
  return isOfDomain(email.address, rules.emailDomains) ? undefined : { reason: "email_domain_not_allowed" };
}

/** Addresses are ASCII, so that folding their case makes no letter of another. */
function isOfDomain(address: string, domains: readonly string[]): boolean {
  return domains.length === 0 || domains.includes(address.slice(address.indexOf("@") + 1).toLowerCase());
}

/** A claim that is a list must contain a value; numbers and flags count as JSON writes them. */
function refuseClaims(identity: Identity, { requiredClaims }: AccessRules): CallerRefusal | undefined {
  const broken = Object.entries(requiredClaims).find(([name, allowed]) => {
    const values = [claimOf(identity, name)].flat();
    return !values.some((value) => isPlain(value) && allowed.includes(String(value)));
  });
  return broken && { reason: "claim_not_allowed", detail: broken[0] };
}

function isPlain(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

function refusePermissions(identity: Identity, rules: AccessRules): CallerRefusal | undefined {
  const { permissions, scopes } = identity;
  const missing = rules.requiredPermissions.find(
    (permission) => !permissions.includes(permission) && !scopes.includes(permission),
  );
  return missing === undefined ? undefined : { reason: "permission_missing", detail: missing };
}
