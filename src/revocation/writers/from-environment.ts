import { setTimeout } from "node:timers/promises";
import { ConfigurationError } from "../../settings/configuration-error.ts";
import type { Settings } from "../../settings/settings.ts";
import { createIssuerKeySets } from "../../token/keys/issuer-key-sets.ts";
import { writeToStdout } from "../../logging/stdout.ts";
import { createLogoutTokenVerifier } from "../../token/logout-token.ts";
import { send } from "../../http/client.ts";
import { createDynamoDb } from "../dynamodb.ts";
import { createBackChannelLogout, type BackChannelLogoutOptions } from "./back-channel-logout.ts";
import { createWriterLog } from "./log.ts";
import { createRevokeOnEvent, type WriterDependencies } from "./revoke-on-event.ts";
import { logoutSettings, writerSettings, type WriterSettings } from "./settings.ts";
import { putInto } from "./retrying-writer.ts";

/** @throws ConfigurationError with every issue in the environment */
export function revokeOnEventFrom(env: NodeJS.ProcessEnv): ReturnType<typeof createRevokeOnEvent> {
  const settings = writerSettings(env);
  const { revokesOnLogout } = settings;
  return createRevokeOnEvent({ ...dependenciesFrom(env, settings), revokesOnLogout });
}

/**
 * Makes the handler and begins to fetch the tenant's keys.
 *
 * @throws ConfigurationError with every issue in the environment
 */
export function backChannelLogoutFrom(env: NodeJS.ProcessEnv): ReturnType<typeof createBackChannelLogout> {
  const issues = new Set<string>();
  const writer = collectIssues(() => writerSettings(env), issues);
  const settings = collectIssues(() => logoutSettings(env), issues);
  if (writer === undefined || settings === undefined) throw new ConfigurationError([...issues]);
  return createBackChannelLogout({ ...dependenciesFrom(env, writer), verify: createVerifier(settings) });
}

/** What is read; undefined if it has issues, which are added. */
function collectIssues<T>(read: () => T, issues: Set<string>): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    for (const issue of error.issues) issues.add(issue);
    return undefined;
  }
}

function dependenciesFrom(
  env: NodeJS.ProcessEnv,
  { table, sessionRetentionDays, logLevel: level }: WriterSettings,
): WriterDependencies {
  const clock = Date.now;
  const functionName = env["AWS_LAMBDA_FUNCTION_NAME"] ?? "writer";
  const wait = (ms: number): Promise<void> => setTimeout(ms);
  return {
    put: putInto({ table, sessionRetentionDays, clock, wait, call: createDynamoDb({ env, clock, send }) }),
    log: createWriterLog({ level, functionName, clock, write: writeToStdout }),
    clock,
  };
}

function createVerifier(settings: Settings): BackChannelLogoutOptions["verify"] {
  return createLogoutTokenVerifier({
    rules: { ...settings, issuers: settings.domain },
    getKeySet: createIssuerKeySets(settings, {}),
    clock: Date.now,
  });
}
