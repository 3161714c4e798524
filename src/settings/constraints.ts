import { SETTINGS, type SettingKey, type Settings } from "./definitions.ts";

/** What must hold for several settings together. `configuration-error.ts` has the sentence for each. */
export interface Constraint {
  /** The issue is reported for the first; where one of them is wrong by itself, they are not checked together. */
  readonly of: readonly [SettingKey, ...SettingKey[]];
  readonly broken: (settings: Settings) => boolean;
}

type GeneralConstraintName =
  | "issuersMissing"
  | "acceptsNoToken"
  | "kindsOverlap"
  | "emailClaimMissing"
  | "domainsUnverified"
  | "claimWithoutValue"
  | "permissionsWithoutApi"
  | "routePermissionsWithoutApi";

export type ConstraintName = GeneralConstraintName | "callersHaveNoEmail" | "tableMissing";

const GENERAL_CONSTRAINTS: Readonly<Record<GeneralConstraintName, Constraint>> = {
  issuersMissing: { of: ["domain"], broken: ({ domain }) => domain.length === 0 },
  acceptsNoToken: {
    of: ["clientIds", "audiences"],
    broken: ({ clientIds, audiences }) => clientIds.length + audiences.length === 0,
  },
  kindsOverlap: {
    of: ["audiences", "clientIds"],
    broken: ({ clientIds, audiences }) => clientIds.some((id) => audiences.includes(id)),
  },
  emailClaimMissing: {
    of: ["emailClaim", "audiences", "emailPolicy"],
    broken: ({ emailClaim, audiences, emailPolicy }) =>
      audiences.length > 0 && emailClaim === undefined && emailPolicy !== "optional",
  },
  domainsUnverified: {
    of: ["emailDomains", "emailPolicy"],
    broken: ({ emailDomains, emailPolicy }) => emailDomains.length > 0 && emailPolicy !== "verified",
  },
  claimWithoutValue: {
    of: ["requiredClaims"],
    broken: ({ requiredClaims }) => Object.values(requiredClaims).some((values) => values.length === 0),
  },
  routePermissionsWithoutApi: {
    of: ["routePermissions", "audiences"],
    broken: ({ routePermissions, audiences }) =>
      audiences.length === 0 && Object.values(routePermissions).some(({ length }) => length > 0),
  },
  permissionsWithoutApi: {
    of: ["requiredPermissions", "audiences"],
    broken: ({ requiredPermissions, audiences }) => requiredPermissions.length > 0 && audiences.length === 0,
  },
};

/** What accepts callers without an email. */
const OF_CALLERS_WITHOUT_EMAIL: readonly SettingKey[] = ["allowMachines", "allowAnonymous", "allowAgents"];

const EMAIL_CONSTRAINTS = OF_CALLERS_WITHOUT_EMAIL.map((key): readonly [ConstraintName, Constraint] => [
  "callersHaveNoEmail",
  {
    of: [key, "emailPolicy"],
    broken: (settings) => settings[key] === true && settings.emailPolicy !== "optional",
  },
]);

/** What only a table of revocations makes use of. */
const OF_THE_TABLE: readonly SettingKey[] = ["revocationOnFailure", "revocationSessionClaim"];

const TABLE_CONSTRAINTS = OF_THE_TABLE.map((key): readonly [ConstraintName, Constraint] => [
  "tableMissing",
  {
    of: [key, "revocationTable"],
    broken: (settings) => settings.revocationTable === undefined && settings[key] !== SETTINGS[key].fallback,
  },
]);

/** Every rule about several settings, in the order in which issues are reported. */
export const CONSTRAINTS: readonly (readonly [ConstraintName, Constraint])[] = [
  ...(Object.entries(GENERAL_CONSTRAINTS) as [ConstraintName, Constraint][]),
  ...EMAIL_CONSTRAINTS,
  ...TABLE_CONSTRAINTS,
];
