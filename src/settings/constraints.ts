import { SETTINGS, type SettingKey, type Settings } from "./definitions.ts";

/** What must hold for several settings together. `mistakes.ts` has the sentence for each. */
export interface Rule {
  /** The mistake is the first one's; where one of them is wrong by itself, nothing is said about them together. */
  readonly of: readonly [SettingKey, ...SettingKey[]];
  readonly broken: (settings: Settings) => boolean;
}

type GeneralRuleName =
  | "issuersMissing"
  | "acceptsNobody"
  | "kindsOverlap"
  | "emailClaimMissing"
  | "domainsUnverified"
  | "claimWithoutValue"
  | "machinesHaveNoEmail"
  | "anonymousHaveNoEmail"
  | "permissionsWithoutApi";

export type RuleName = GeneralRuleName | "tableMissing";

const GENERAL_RULES: Readonly<Record<GeneralRuleName, Rule>> = {
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
};

/** What only a table of revocations makes use of. */
const OF_THE_TABLE: readonly SettingKey[] = ["revocationOnFailure", "revocationSessionClaim"];

const TABLE_RULES = OF_THE_TABLE.map((key): readonly [RuleName, Rule] => [
  "tableMissing",
  {
    of: [key, "revocationTable"],
    broken: (settings) => settings.revocationTable === undefined && settings[key] !== SETTINGS[key].fallback,
  },
]);

/** Every rule about several settings, in the order in which mistakes are told. */
export const RULES: readonly (readonly [RuleName, Rule])[] = [
  ...(Object.entries(GENERAL_RULES) as [RuleName, Rule][]),
  ...TABLE_RULES,
];
