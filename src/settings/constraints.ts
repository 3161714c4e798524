import { SETTINGS, type SettingKey, type Settings } from "./definitions.ts";

/** What must hold for several settings together. `configuration-error.ts` has the sentence for each. */
export interface Constraint {
  readonly name: ConstraintName;
  /** The issue is reported for the first; where one of them is wrong by itself, they are not checked together. */
  readonly of: readonly [SettingKey, ...SettingKey[]];
  readonly broken: (settings: Settings) => boolean;
}

export type ConstraintName =
  | "issuersMissing"
  | "acceptsNoToken"
  | "kindsOverlap"
  | "emailClaimMissing"
  | "domainsUnverified"
  | "claimWithoutValue"
  | "callersHaveNoEmail"
  | "permissionsWithoutApi"
  | "routePermissionsWithoutApi"
  | "tableMissing";

/** What lets callers in who have no email. */
const OF_CALLERS_WITHOUT_EMAIL: readonly SettingKey[] = ["allowMachines", "allowAnonymous", "allowAgents"];

/** What only a table of revocations makes use of. */
const OF_THE_TABLE: readonly SettingKey[] = ["revocationOnFailure", "revocationSessionClaim"];

/** Every rule about several settings, in the order in which issues are reported. */
export const CONSTRAINTS: readonly Constraint[] = [
  { name: "issuersMissing", of: ["domain"], broken: ({ domain }) => domain.length === 0 },
  {
    name: "acceptsNoToken",
    of: ["clientIds", "audiences"],
    broken: ({ clientIds, audiences }) => clientIds.length + audiences.length === 0,
  },
  {
    name: "kindsOverlap",
    of: ["audiences", "clientIds"],
    broken: ({ clientIds, audiences }) => clientIds.some((id) => audiences.includes(id)),
  },
  {
    name: "emailClaimMissing",
    of: ["emailClaim", "audiences", "emailPolicy"],
    broken: ({ emailClaim, audiences, emailPolicy }) =>
      audiences.length > 0 && emailClaim === undefined && emailPolicy !== "optional",
  },
  {
    name: "domainsUnverified",
    of: ["emailDomains", "emailPolicy"],
    broken: ({ emailDomains, emailPolicy }) => emailDomains.length > 0 && emailPolicy !== "verified",
  },
  {
    name: "claimWithoutValue",
    of: ["requiredClaims"],
    broken: ({ requiredClaims }) => Object.values(requiredClaims).some((values) => values.length === 0),
  },
  {
    name: "routePermissionsWithoutApi",
    of: ["routePermissions", "audiences"],
    broken: ({ routePermissions, audiences }) =>
      audiences.length === 0 && Object.values(routePermissions).some(({ length }) => length > 0),
  },
  {
    name: "permissionsWithoutApi",
    of: ["requiredPermissions", "audiences"],
    broken: ({ requiredPermissions, audiences }) => requiredPermissions.length > 0 && audiences.length === 0,
  },
  ...OF_CALLERS_WITHOUT_EMAIL.map((key): Constraint => ({
    name: "callersHaveNoEmail",
    of: [key, "emailPolicy"],
    broken: (settings) => settings[key] === true && settings.emailPolicy !== "optional",
  })),
  ...OF_THE_TABLE.map((key): Constraint => ({
    name: "tableMissing",
    of: [key, "revocationTable"],
    broken: (settings) => settings.revocationTable === undefined && settings[key] !== SETTINGS[key].fallback,
  })),
];
