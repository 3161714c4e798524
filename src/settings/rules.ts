import type { SettingKey, Settings } from "./definitions.ts";

/** What must hold for several settings together. `mistakes.ts` has the sentence for each. */
export interface Rule {
  /** The mistake is the first one's; where one of them is wrong by itself, nothing is said about them together. */
  readonly of: readonly [SettingKey, ...SettingKey[]];
  readonly broken: (settings: Settings) => boolean;
}

export type BasicRuleName = "issuersMissing" | "acceptsNobody" | "kindsOverlap" | "emailClaimMissing";

/** The rules about the settings that everybody has. Those about the others are in `optional-rules.ts`. */
export const BASIC_RULES: Readonly<Record<BasicRuleName, Rule>> = {
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
};

/** The settings that break no other rule: those that these rules are about, and two that have none. */
export const BASIC_SETTINGS: readonly SettingKey[] = [
  "issuers",
  "clientIds",
  "audiences",
  "emailClaim",
  "email",
  "logLevel",
  "revocationTable",
];
