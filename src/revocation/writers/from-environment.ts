import { setTimeout } from "node:timers/promises";
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
  const dependencies = dependenciesFrom(env, writerSettings(env));
  return createBackChannelLogout({ ...dependencies, verify: verifierFrom(env) });
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

function verifierFrom(env: NodeJS.ProcessEnv): BackChannelLogoutOptions["verify"] {
  const settings = logoutSettings(env);
  return createLogoutTokenVerifier({
    rules: { ...settings, issuers: settings.domain },
    getKeySet: createIssuerKeySets(settings, {}),
    clock: Date.now,
  });
}
