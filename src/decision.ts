import type { Identity } from "./identity.ts";
import { isUndecided, type CallerReason, type Reason, type Refusal } from "./refusal.ts";

/** What is answered to one request. */
export type Decision =
  | { readonly outcome: "accepted"; readonly identity: Identity }
  | { readonly outcome: "caller-refused"; readonly reason: CallerReason; readonly identity: Identity }
  | { readonly outcome: "no-valid-token"; readonly reason: Reason; readonly cause: Refusal }
  | Undecided;

export interface Undecided {
  readonly outcome: "undecided";
  readonly reason: Reason;
  readonly cause: Refusal;
}

export interface AccessRules {
  readonly allowMachines: boolean;
  readonly organizations: readonly string[];
  readonly email: "verified" | "present" | "optional";
  readonly requiredPermissions: readonly string[];
}

type AccessRule = (identity: Identity, rules: AccessRules) => CallerReason | undefined;

export type AccessRuleName = "machine" | "organization" | "email" | "permissions";

/** What a caller must be, in the order in which it is asked. */
export const ACCESS_RULES: Readonly<Record<AccessRuleName, AccessRule>> = {
  machine: machineRefused,
  organization: organizationRefused,
  email: emailRefused,
  permissions: permissionRefused,
};
const ALL_RULES = Object.values(ACCESS_RULES);

/**
 * Who gets in. It never sees the method or the path: that makes one policy right for the whole stage, which is
 * what API Gateway's cache needs.
 */
export function decide(identity: Identity, rules: AccessRules): Decision {
  for (const refusedBy of ALL_RULES) {
    const reason = refusedBy(identity, rules);
    if (reason !== undefined) return { outcome: "caller-refused", reason, identity };
  }
  return { outcome: "accepted", identity };
}

/** What was thrown on the way to an identity: the token's fault, or nobody's that can be told. */
export function refused(cause: Refusal): Decision {
  return isUndecided(cause.reason)
    ? undecided(cause)
    : { outcome: "no-valid-token", reason: cause.reason, cause };
}

export function undecided(cause: Refusal): Undecided {
  return { outcome: "undecided", reason: cause.reason, cause };
}

function machineRefused({ machine }: Identity, { allowMachines }: AccessRules): CallerReason | undefined {
  return machine && !allowMachines ? "machine_client" : undefined;
}

function organizationRefused(identity: Identity, { organizations }: AccessRules): CallerReason | undefined {
  if (organizations.length === 0) return undefined;
  const isAllowed = organizations.some((allowed) => allowed === identity.organization);
  return isAllowed ? undefined : "organization_not_allowed";
}

/** An address that cannot be handed on unchanged is refused even where an e-mail is optional. */
function emailRefused({ email }: Identity, { email: required }: AccessRules): CallerReason | undefined {
  switch (email.kind) {
    case "unsupported":
      return "email_unsupported";
    case "missing":
      return required === "optional" ? undefined : "email_missing";
    case "address":
      return required === "verified" && email.verified !== true ? "email_not_verified" : undefined;
  }
}

function permissionRefused(identity: Identity, rules: AccessRules): CallerReason | undefined {
  const { permissions, scopes } = identity;
  const areGranted = rules.requiredPermissions.every(
    (permission) => permissions.includes(permission) || scopes.includes(permission),
  );
  return areGranted ? undefined : "permission_missing";
}
