import { SETTINGS } from "../../settings/definitions.ts";
import { ConfigurationError } from "../../settings/configuration-error.ts";
import { settingsFromEnvironment, type Settings } from "../../settings/settings.ts";
import { boolean, integer } from "../../settings/parsers.ts";

/** How revocations are written. */
export interface WriterSettings {
  /** REVOCATION_TABLE. */
  readonly table: string;
  /** REVOCATION_ON_LOGOUT: whether a logout in the log stream revokes its session. */
  readonly revokesOnLogout: boolean;
  /** REVOCATION_SESSION_RETENTION_DAYS: how long the items of sessions are kept. Without it they never expire. */
  readonly sessionRetentionDays: number | undefined;
  /** AUTHORIZER_LOG_LEVEL. */
  readonly logLevel: Settings["logLevel"];
}

interface Variable<T> {
  readonly variable: string;
  /** @throws Error that says what is wrong with the value */
  readonly read: (value: unknown) => T;
  readonly fallback: T;
}

/**
 * Settings of a writer from environment variables; an empty one counts as not set.
 *
 * @throws ConfigurationError with every issue
 */
export function writerSettings(env: NodeJS.ProcessEnv): WriterSettings {
  const issues: string[] = [];
  const read = <T>({ variable, read: reader, fallback }: Variable<T>): T => {
    const text = env[variable]?.trim() ?? "";
    try {
      return text === "" ? fallback : reader(text);
    } catch (error) {
      issues.push(`${variable} ${(error as Error).message}`);
      return fallback;
    }
  };
  const settings = {
    table: read({ ...SETTINGS.revocationTable, fallback: "" }) ?? "",
    revokesOnLogout: read({ variable: "REVOCATION_ON_LOGOUT", read: boolean, fallback: false }),
    sessionRetentionDays: read<number | undefined>({
      variable: "REVOCATION_SESSION_RETENTION_DAYS",
      read: integer(1, 3650),
      fallback: undefined,
    }),
    logLevel: read(SETTINGS.logLevel),
  };
  if (!env[SETTINGS.revocationTable.variable]?.trim())
    issues.push(
      `${SETTINGS.revocationTable.variable} is required: the table that revocations are written to`,
    );
  if (issues.length > 0) throw new ConfigurationError(issues);
  return settings;
}

/**
 * Settings of the back-channel logout endpoint: the authorizer's, of which the tenant, its keys and the applications
 * count.
 *
 * @throws ConfigurationError with every issue
 */
export function logoutSettings(env: NodeJS.ProcessEnv): Settings {
  const settings = settingsFromEnvironment(env);
  if (settings.clientIds.length > 0) return settings;
  throw new ConfigurationError([
    `${SETTINGS.clientIds.variable} is required: the applications whose logout tokens count`,
  ]);
}
