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
  const [writer, settings] = readAll(
    () => writerSettings(env),
    () => logoutSettings(env),
  );
  return createBackChannelLogout({ ...dependenciesFrom(env, writer), verify: createVerifier(settings) });
}

/** @throws ConfigurationError with the issues of both, each once */
function readAll<A, B>(first: () => A, second: () => B): readonly [A, B] {
  try {
    const read = first();
    return [read, second()];
  } catch (error) {
    const issues = [first, second].flatMap(findIssues);
    throw issues.length === 0 ? error : new ConfigurationError([...new Set(issues)]);
  }
}

function findIssues(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    return error instanceof ConfigurationError ? error.issues : [];
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
