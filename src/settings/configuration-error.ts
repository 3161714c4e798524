import type { SettingKey } from "./definitions.ts";
import type { Misspelling } from "./misspelling.ts";
import type { ConstraintName } from "./constraints.ts";

/** Every mistake of a configuration at once, each by the name under which it was set. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly issues: readonly string[];

  constructor(mistakes: readonly string[]) {
    const count = mistakes.length === 1 ? "1 mistake" : `${mistakes.length} mistakes`;
    super(`The authorizer cannot start: ${count} in its configuration.\n- ${mistakes.join("\n- ")}`);
    this.issues = mistakes;
  }
}

/**
 * Every mistake, with what may explain it.
 *
 * @param misspelled what may explain the mistakes, and is none by itself
 */
export function createConfigurationError(
  mistakes: readonly string[],
  misspelled: readonly Misspelling[],
): ConfigurationError {
  const hints = misspelled.map(({ found, meant }) => describeUnknownSetting(found, meant));
  return new ConfigurationError([...mistakes, ...hints]);
}

/** @param meant the setting that it may stand for, if any */
export function describeUnknownSetting(name: string, meant: string | undefined): string {
  return `${name} is not a setting${meant === undefined ? "" : `: was ${meant} meant?`}`;
}

/** What is wrong with a cutoff that lies ahead; it continues the name of the setting. */
export const FUTURE_CUTOFF = "is in the future: every token would be refused until then";

type NameOf = (key: SettingKey) => string;

const CONSTRAINT_MESSAGES: Readonly<Record<ConstraintName, (nameOf: NameOf) => string>> = {
  issuersMissing: () => "is required: the domain of the tenant, such as acme.eu.auth0.com",
  acceptsNobody: (nameOf) => `is required, or ${nameOf("audiences")}, or both: nobody would get in`,
  kindsOverlap: (nameOf) =>
    `must not share a value with ${nameOf("clientIds")}: it tells the two kinds of token apart`,
  emailClaimMissing: (nameOf) =>
    `is required with ${nameOf("audiences")}, unless ${nameOf("emailPolicy")} is optional`,
  domainsUnverified: (nameOf) =>
    `needs ${nameOf("emailPolicy")}=verified: anybody can sign up with anybody's address until it is`,
  claimWithoutValue: () => "has a claim without a value: nobody would get in",
  machinesHaveNoEmail: (nameOf) => `needs ${nameOf("emailPolicy")}=optional: a machine has no e-mail`,
  anonymousHaveNoEmail: (nameOf) =>
    `needs ${nameOf("emailPolicy")}=optional: an anonymous session has no e-mail`,
  agentsHaveNoEmail: (nameOf) => `needs ${nameOf("emailPolicy")}=optional: an agent has no email`,
  routePermissionsWithoutApi: (nameOf) => `needs ${nameOf("audiences")}: ID tokens carry no permissions`,
  permissionsWithoutApi: (nameOf) => `needs ${nameOf("audiences")}: ID tokens carry no permissions`,
  tableMissing: (nameOf) => `needs ${nameOf("revocationTable")}: nothing can be revoked without`,
};

/** What is wrong where a rule is broken; it continues the name of the rule's first setting. */
export function describeConstraint(rule: ConstraintName, nameOf: NameOf): string {
  return CONSTRAINT_MESSAGES[rule](nameOf);
}
