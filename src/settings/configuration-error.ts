import type { SettingKey } from "./definitions.ts";
import type { Misspelling } from "./misspelling.ts";
import type { ConstraintName } from "./constraints.ts";

/** Every issue of a configuration at once, each by the name under which it was set. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  /** One sentence for each, which begins with the name of the setting: its variable, or its property in code. */
  readonly issues: readonly string[];

  constructor(issues: readonly string[]) {
    const count = issues.length === 1 ? "1 issue" : `${issues.length} issues`;
    super(`The authorizer cannot start: ${count} in its configuration.\n- ${issues.join("\n- ")}`);
    this.issues = issues;
  }
}

/**
 * Every issue, with what may explain it.
 *
 * @param misspelled what may explain the issues, and is not one by itself
 */
export function createConfigurationError(
  issues: readonly string[],
  misspelled: readonly Misspelling[],
): ConfigurationError {
  const hints = misspelled.map(({ found, meant }) => describeUnknownSetting(found, meant));
  return new ConfigurationError([...issues, ...hints]);
}

/** @param meant the setting that it may stand for, if any */
export function describeUnknownSetting(name: string, meant: string | undefined): string {
  return `${name} is not a setting${meant === undefined ? "" : `. Did you mean ${meant}?`}`;
}

/** Whether an issue is one of {@link describeUnknownSetting}. */
export function isAboutUnknownSetting(issue: string): boolean {
  return issue.includes(describeUnknownSetting("", undefined));
}

/** What is wrong with a cutoff that lies ahead; it continues the name of the setting. */
export const FUTURE_CUTOFF = "is in the future: no token would be accepted until then";

/** Why permissions need access tokens. */
export const WHY_AUDIENCES = "ID tokens carry no permissions";

type NameOf = (key: SettingKey) => string;

const CONSTRAINT_MESSAGES: Readonly<Record<ConstraintName, (nameOf: NameOf) => string>> = {
  issuersMissing: () => "is required: the domain of the tenant, such as acme.eu.auth0.com",
  acceptsNoToken: (nameOf) => `is required, or ${nameOf("audiences")}, or both: no token would be accepted`,
  kindsOverlap: (nameOf) =>
    `must not share a value with ${nameOf("clientIds")}: \`aud\` decides whether a token is an ID token or an access token`,
  emailClaimMissing: (nameOf) =>
    `is required with ${nameOf("audiences")}, unless ${nameOf("emailPolicy")} is optional`,
  domainsUnverified: (nameOf) =>
    `needs ${nameOf("emailPolicy")}=verified: until it is verified, a user can sign up with any address`,
  claimWithoutValue: () => "has a claim without a value: every caller would be denied",
  callersHaveNoEmail: (nameOf) => `needs ${nameOf("emailPolicy")}=optional: such callers have no email`,
  routePermissionsWithoutApi: describeMissingApi,
  permissionsWithoutApi: describeMissingApi,
  tableMissing: (nameOf) => `needs ${nameOf("revocationTable")} to have an effect`,
};

function describeMissingApi(nameOf: NameOf): string {
  return `needs ${nameOf("audiences")}: ${WHY_AUDIENCES}`;
}

/** What is wrong where a rule is broken; it continues the name of the rule's first setting. */
export function describeConstraint(rule: ConstraintName, nameOf: NameOf): string {
  return CONSTRAINT_MESSAGES[rule](nameOf);
}
