import { SETTINGS, type SettingKey, type Settings } from "./definitions.ts";

/** What must hold for several settings together. `mistakes.ts` has the sentence for each. */
interface Rule {
  /** The mistake is the first one's; where one of them is wrong by itself, nothing is said about them together. */
  readonly of: readonly [SettingKey, ...SettingKey[]];
  readonly broken: (settings: Settings) => boolean;
}

/** What only a table of revocations makes use of. */
const OF_THE_TABLE: readonly SettingKey[] = [
  "revocationSyncSeconds",
  "revocationMaxAgeSeconds",
  "revocationStaleIfErrorSeconds",
  "revocationUnavailable",
  "revocationRetentionHours",
  "sessionClaim",
];

export type RuleName =
  | "issuersMissing"
  | "acceptsNobody"
  | "kindsOverlap"
  | "emailClaimMissing"
  | "domainsUnverified"
  | "claimWithoutValue"
  | "machinesHaveNoEmail"
  | "anonymousHaveNoEmail"
  | "permissionsWithoutApi"
  | "maxAgeBelowSync"
  | "tableMissing";

export const RULES: Readonly<Record<RuleName, Rule>> = {
  issuersMissing: { of: ["issuers"], broken: ({ issuers }) => issuers.length === 0 },
  acceptsNobody: {
    of: ["clientIds", "audiences"],
    broken: ({ clientIds, audiences }) => clientIds.length + audiences.length === 0,
  },
  kindsOverlap: {
    of: ["audiences", "clientIds"],
    broken: ({ clientIds, audiences }) => clientIds.some((id) => audiences.includes(id)),
  },
  emailClaimMissing: {
    of: ["emailClaim", "audiences", "email"],
    broken: ({ emailClaim, audiences, email }) =>
      audiences.length > 0 && emailClaim === undefined && email !== "optional",
  },
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
  maxAgeBelowSync: {
    of: ["revocationMaxAgeSeconds", "revocationSyncSeconds"],
    broken: ({ revocationMaxAgeSeconds: maxAge, revocationSyncSeconds: sync }) => maxAge < sync,
  },
  tableMissing: {
    of: ["revocationTable"],
    broken: (settings) =>
      settings.revocationTable === undefined &&
      OF_THE_TABLE.some((key) => settings[key] !== SETTINGS[key].fallback),
  },
};
