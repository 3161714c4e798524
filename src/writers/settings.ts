import { ConfigurationError } from "../settings/mistakes.ts";
import { settingsFromEnvironment, type Settings } from "../settings/settings.ts";
import { boolean, integer, oneOf, word } from "../settings/values.ts";

/** How revocations are written. */
export interface WriterSettings {
  /** REVOCATION_TABLE. */
  readonly table: string;
  /** REVOCATION_RETENTION_HOURS: the longest life of a token that is accepted. */
  readonly retentionHours: number;
  /** REVOCATION_ON_LOGOUT: whether a log-out in the log stream ends its session. */
  readonly revokesOnLogout: boolean;
  /** AUTHORIZER_LOG_LEVEL. */
  readonly logLevel: Settings["logLevel"];
}

/**
 * Settings of a writer from environment variables; a blank one counts as not set.
 *
 * @throws ConfigurationError with every mistake
 */
export function writerSettings(env: NodeJS.ProcessEnv): WriterSettings {
  const mistakes: string[] = [];
  const read = <T>(variable: string, reader: (value: unknown) => T, fallback: T): T => {
    const text = env[variable]?.trim() ?? "";
    if (text === "") return fallback;
    try {
      return reader(text);
    } catch (error) {
      mistakes.push(`${variable} ${(error as Error).message}`);
      return fallback;
    }
  };
  const settings = {
    table: read("REVOCATION_TABLE", word, ""),
    retentionHours: read("REVOCATION_RETENTION_HOURS", integer(1, 720), 24),
    revokesOnLogout: read("REVOCATION_ON_LOGOUT", boolean, false),
    logLevel: read("AUTHORIZER_LOG_LEVEL", oneOf("debug", "info", "warn", "error", "silent"), "info"),
  };
  if (settings.table === "" && mistakes.length === 0)
    mistakes.push("REVOCATION_TABLE is required: the table that revocations are written to");
  if (mistakes.length > 0) throw new ConfigurationError(mistakes);
  return settings;
}

/**
 * Settings of the back-channel logout endpoint: the authorizer's, of which the tenant, its keys and the applications
 * count.
 *
 * @throws ConfigurationError with every mistake
 */
export function logoutSettings(env: NodeJS.ProcessEnv): Settings {
  const settings = settingsFromEnvironment(env);
  if (settings.clientIds.length > 0) return settings;
  throw new ConfigurationError(["AUTH0_CLIENT_IDS is required: the applications whose logout tokens count"]);
}
