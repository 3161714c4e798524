import type { SettingKey, Settings } from "./definitions.ts";
import type { Rule } from "./rules.ts";

/** What only a table of revocations makes use of. */
const OF_THE_TABLE: readonly SettingKey[] = ["revocationOnFailure", "revocationSessionClaim"];

export type OptionalRuleName =
  | "domainsUnverified"
  | "claimWithoutValue"
  | "machinesHaveNoEmail"
  | "anonymousHaveNoEmail"
  | "permissionsWithoutApi"
  | "tableMissing";

const OPTIONAL_RULES: Readonly<Record<Exclude<OptionalRuleName, "tableMissing">, Rule>> = {
  domainsUnverified: {
    of: ["emailDomains", "email"],
    broken: ({ emailDomains, email }) => emailDomains.length > 0 && email !== "verified",
  },
  claimWithoutValue: {
    of: ["requiredClaims"],
    broken: ({ requiredClaims }) => Object.values(requiredClaims).some((values) => values.length === 0),
  },
  machinesHaveNoEmail: {
    of: ["allowMachines", "email"],
    broken: ({ allowMachines, email }) => allowMachines && email !== "optional",
  },
  anonymousHaveNoEmail: {
    of: ["allowAnonymous", "email"],
    broken: ({ allowAnonymous, email }) => allowAnonymous && email !== "optional",
  },
  permissionsWithoutApi: {
    of: ["requiredPermissions", "audiences"],
    broken: ({ requiredPermissions, audiences }) => requiredPermissions.length > 0 && audiences.length === 0,
  },
};

/**
 * The rules about settings that few have: they are loaded by those alone.
 *
 * @param isDefault whether a setting has the value that it has where nobody sets it
 */
export function optionalRules(
  isDefault: (key: SettingKey, settings: Settings) => boolean,
): readonly (readonly [OptionalRuleName, Rule])[] {
  const tableMissing = OF_THE_TABLE.map((key): readonly [OptionalRuleName, Rule] => [
    "tableMissing",
    {
      of: [key, "revocationTable"],
      broken: (settings) => settings.revocationTable === undefined && !isDefault(key, settings),
    },
  ]);
  return [...(Object.entries(OPTIONAL_RULES) as [OptionalRuleName, Rule][]), ...tableMissing];
}
