import { claimOf, type Identity } from "./identity.ts";
import type { CallerRefusal } from "./refusal.ts";

/** Access rules that hold only where a setting names what is allowed. Domains are in lower case. */

/** An ID is only ever compared with an ID, and a name with a name: whoever names an organization chooses no ID. */
export function refuseOrganization(
  identity: Identity,
  organizations: readonly string[],
): CallerRefusal | undefined {
  const { id, name } = identity.organization ?? {};
  const isAllowed = organizations.some((allowed) => allowed === (allowed.startsWith("org_") ? id : name));
  return isAllowed ? undefined : { reason: "organization_not_allowed" };
}

/** Addresses are ASCII, so that folding their case makes no letter of another. */
export function refuseEmailDomain(address: string, domains: readonly string[]): CallerRefusal | undefined {
  const domain = address.slice(address.indexOf("@") + 1).toLowerCase();
  return domains.includes(domain) ? undefined : { reason: "email_domain_not_allowed" };
}

/** A claim that is a list must contain a value; numbers and flags count as JSON writes them. */
export function refuseClaims(
  identity: Identity,
  required: Readonly<Record<string, readonly string[]>>,
): CallerRefusal | undefined {
  const broken = Object.entries(required).find(([name, allowed]) => {
    const values = [claimOf(identity, name)].flat();
    return !values.some((value) => isPlain(value) && allowed.includes(String(value)));
  });
  return broken && { reason: "claim_not_allowed", detail: broken[0] };
}

function isPlain(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

export function refusePermissions(
  { permissions, scopes }: Identity,
  required: readonly string[],
): CallerRefusal | undefined {
  const missing = required.find(
    (permission) => !permissions.includes(permission) && !scopes.includes(permission),
  );
  return missing === undefined ? undefined : { reason: "permission_missing", detail: missing };
}
