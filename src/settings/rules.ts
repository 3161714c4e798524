import type { SettingKey, Settings } from "./definitions.ts";

/** A sentence about several settings that must hold for them together. */
export interface Rule {
  readonly of: readonly [SettingKey, ...SettingKey[]];
  readonly broken: (settings: Settings) => boolean;
  readonly mistake: (nameOf: (key: SettingKey) => string) => string;
}

export const RULES: readonly Rule[] = [
  {
    of: ["issuers"],
    broken: ({ issuers }) => issuers.length === 0,
    mistake: () => "is required: the domain of the tenant, such as acme.eu.auth0.com",
  },
  {
    of: ["clientIds", "audiences"],
    broken: ({ clientIds, audiences }) => clientIds.length + audiences.length === 0,
    mistake: (nameOf) => `is required, or ${nameOf("audiences")}, or both: nobody would get in`,
  },
  {
    of: ["audiences", "clientIds"],
    broken: ({ clientIds, audiences }) => clientIds.some((id) => audiences.includes(id)),
    mistake: (nameOf) =>
      `must not share a value with ${nameOf("clientIds")}: it tells the two kinds of token apart`,
  },
  {
    of: ["emailClaim", "audiences", "email"],
    broken: ({ emailClaim, audiences, email }) =>
      audiences.length > 0 && emailClaim === undefined && email !== "optional",
    mistake: (nameOf) => `is required with ${nameOf("audiences")}, unless ${nameOf("email")} is optional`,
  },
  {
    of: ["emailDomains", "email"],
    broken: ({ emailDomains, email }) => emailDomains.length > 0 && email !== "verified",
    mistake: (nameOf) =>
      `needs ${nameOf("email")}=verified: anybody can sign up with anybody's address until it is`,
  },
  {
    of: ["requiredClaims"],
    broken: ({ requiredClaims }) => Object.values(requiredClaims).some((values) => values.length === 0),
    mistake: () => "has a claim without a value: nobody would get in",
  },
  {
    of: ["allowMachines", "email"],
    broken: ({ allowMachines, email }) => allowMachines && email !== "optional",
    mistake: (nameOf) => `needs ${nameOf("email")}=optional: a machine has no e-mail`,
  },
  {
    of: ["allowAnonymous", "email"],
    broken: ({ allowAnonymous, email }) => allowAnonymous && email !== "optional",
    mistake: (nameOf) => `needs ${nameOf("email")}=optional: an anonymous session has no e-mail`,
  },
  {
    of: ["requiredPermissions", "audiences"],
    broken: ({ requiredPermissions, audiences }) => requiredPermissions.length > 0 && audiences.length === 0,
    mistake: (nameOf) => `needs ${nameOf("audiences")}: ID tokens carry no permissions`,
  },
];
