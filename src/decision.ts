import type { IdentityContext } from "./context.ts";
import type { Identity } from "./identity.ts";
import { isUndecided, type CallerReason, type Reason, type Refusal } from "./refusal.ts";
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
  readonly requiredPermissions: readonly string[];
}

export type AccessRuleName = "machine" | "anonymous" | "organization" | "email" | "permissions";

type AccessRule = (identity: Identity, rules: AccessRules) => CallerReason | undefined;

/** What a caller must be, in the order in which it is asked, and why they are refused otherwise. */
export const ACCESS_RULES: Readonly<Record<AccessRuleName, AccessRule>> = {
  machine: refuseMachine,
  anonymous: refuseAnonymous,
  organization: refuseOrganization,
  email: refuseEmail,
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
): CallerReason | undefined {
  for (const name of RULE_NAMES) {
    const reason = step(name, () => ACCESS_RULES[name](identity, rules));
    if (reason !== undefined) return reason;
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

function refuseMachine({ principalType }: Identity, rules: AccessRules): CallerReason | undefined {
  return principalType === "machine" && !rules.allowMachines ? "machine_client" : undefined;
}

function refuseAnonymous({ principalType }: Identity, rules: AccessRules): CallerReason | undefined {
  return principalType === "anonymous" && !rules.allowAnonymous ? "anonymous_visitor" : undefined;
}

/** An ID is only ever compared with an ID, and a name with a name: whoever names an organization chooses no ID. */
function refuseOrganization(identity: Identity, { organizations }: AccessRules): CallerReason | undefined {
  if (organizations.length === 0) return undefined;
  const { id, name } = identity.organization ?? {};
  const isAllowed = organizations.some((allowed) => allowed === (allowed.startsWith("org_") ? id : name));
  return isAllowed ? undefined : "organization_not_allowed";
}

/** An address that cannot be handed on unchanged is left out where an e-mail is optional. */
function refuseEmail({ email }: Identity, { email: required }: AccessRules): CallerReason | undefined {
  switch (email.kind) {
    case "unsupported":
      return required === "optional" ? undefined : "email_unsupported";
    case "missing":
      return required === "optional" ? undefined : "email_missing";
    case "address":
      return required === "verified" && email.verified !== true ? "email_not_verified" : undefined;
  }
}

function refusePermissions(identity: Identity, rules: AccessRules): CallerReason | undefined {
  const { permissions, scopes } = identity;
  const areGranted = rules.requiredPermissions.every(
    (permission) => permissions.includes(permission) || scopes.includes(permission),
  );
  return areGranted ? undefined : "permission_missing";
}
