import {
  ConfigurationError,
  isAboutUnknownSetting,
  WHY_AUDIENCES,
} from "../../settings/configuration-error.ts";
import { KEYS, getVariable, type SettingKey, type Settings } from "../../settings/settings.ts";
import { toEnvironment, toVariables } from "../../settings/to-environment.ts";

/** What is wrong with permissions of single routes where no access tokens are accepted. */
export const PERMISSIONS_NEED_AUDIENCES = `permissions need audiences: ${WHY_AUDIENCES}`;

/** Whether a value is known only when the stack is deployed. */
export type IsDeploymentValue = (value: unknown) => boolean;

/** Settings of which single values, or items of lists, may be known only at deployment. */
export type DeployableSettings = Readonly<Partial<Record<SettingKey, unknown>>>;

/** A value of CloudFormation's own: `{ Ref: … }`, `{ "Fn::ImportValue": … }`, or a text with `{{resolve:ssm:…}}`. */
export function isCloudFormationValue(value: unknown): boolean {
  if (typeof value === "string") return value.includes("{{resolve:");
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const [key = "", ...others] = Object.keys(value);
  return others.length === 0 && (key === "Ref" || key === "Condition" || key.startsWith("Fn::"));
}

/** The settings that hold a value which is known only at deployment. */
export function findDeploymentKeys(
  settings: DeployableSettings,
  isUnknown: IsDeploymentValue,
): readonly SettingKey[] {
  return KEYS.filter((key) => mentions(settings[key], isUnknown));
}

/**
 * What is wrong with the values that are known. Those that only a deployment knows are checked when the function starts.
 *
 * @param now milliseconds since the epoch
 * @returns one sentence for each issue, which begins with the setting's name
 */
export function findIssues(
  settings: DeployableSettings,
  now: number,
  isUnknown: IsDeploymentValue,
): readonly string[] {
  const unknown = findDeploymentKeys(settings, isUnknown);
  try {
    toEnvironment(withPlaceholders(settings, unknown, isUnknown), now);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.issues.filter(
      (issue) =>
        isAboutUnknownSetting(issue) || !unknown.some((key) => new RegExp(`\\b${key}\\b`).test(issue)),
    );
  }
}

/** The environment variables of settings, where a value that only CloudFormation knows stays as it is. */
export function toDeployableVariables(settings: DeployableSettings): Readonly<Record<string, unknown>> {
  const unknown = findDeploymentKeys(settings, isCloudFormationValue);
  return {
    ...toVariables(withoutKeys(settings, unknown)),
    ...Object.fromEntries(unknown.map((key) => [getVariable(key), toValue(settings[key])])),
  };
}

/** The settings but for these. */
export function withoutKeys(settings: DeployableSettings, keys: readonly SettingKey[]): Partial<Settings> {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => !isIn(keys, key)));
}

function isIn(keys: readonly SettingKey[], key: string): boolean {
  return (keys as readonly string[]).includes(key);
}

/** Values in the place of unknown ones, so that rules about several settings can be checked. */
const PLACEHOLDERS: Partial<Record<SettingKey, unknown>> = {
  domain: ["known-at-deployment.auth0.com"],
  clientIds: ["known-at-deployment"],
  audiences: ["https://known-at-deployment/"],
  emailClaim: "https://known-at-deployment/email",
  revocationTable: "known-at-deployment",
};

function withPlaceholders(
  settings: DeployableSettings,
  unknown: readonly SettingKey[],
  isUnknown: IsDeploymentValue,
): Partial<Settings> {
  const replaced = Object.entries(settings).flatMap(([key, value]) => {
    if (!isIn(unknown, key)) return [[key, value]];
    const known = Array.isArray(value)
      ? (value as unknown[]).filter((item) => !mentions(item, isUnknown))
      : [];
    const placeholder = PLACEHOLDERS[key as SettingKey];
    if (placeholder === undefined) return [];
    return [[key, Array.isArray(placeholder) ? [...known, ...(placeholder as unknown[])] : placeholder]];
  });
  return Object.fromEntries(replaced) as Partial<Settings>;
}

function mentions(value: unknown, isUnknown: IsDeploymentValue): boolean {
  if (isUnknown(value)) return true;
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).some((item) => mentions(item, isUnknown))
  );
}

/** One text of CloudFormation's: lists are joined by commas, as environment variables have them. */
function toValue(value: unknown): unknown {
  if (typeof value === "object" && value !== null && "Fn::Split" in value) return join(",", value);
  if (isCloudFormationValue(value) || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.length === 1 ? value[0] : join(",", value.map(toItem));
  return join(
    ",",
    Object.entries(value).map(([name, item]) => join("", [`${name}=`, join("|", [item].flat().map(toItem))])),
  );
}

function toItem(item: unknown): unknown {
  return isCloudFormationValue(item) ? item : String(item);
}

function join(separator: string, values: unknown): object {
  return { "Fn::Join": [separator, values] };
}
