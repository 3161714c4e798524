import { authorizerFrom, lambdaName, type Authorizer } from "./authorizer.ts";
import { misspelledVariables, settingsFromEnvironment } from "./settings/settings.ts";
import { createLog, writeToStdout } from "./log.ts";
import { SNAPSHOT_FILE } from "./oauth/snapshot.ts";
import { readPackagedKeys } from "./packaged-keys.ts";
import { prime } from "./priming.ts";

const settings = settingsFromEnvironment(process.env);
const log = createLog({
  level: settings.logLevel,
  functionName: lambdaName(process.env),
  clock: Date.now,
  write: writeToStdout,
});
for (const { found, meant } of misspelledVariables(process.env))
  log.fault({ event: "misspelled_variable", found, meant });
const snapshots = readPackagedKeys(`${import.meta.dirname}/${SNAPSHOT_FILE}`, (detail) =>
  log.fault({ event: "snapshot_ignored", detail }),
);

/** The Lambda's entry: the authorizer as the environment configures it. */
export const handler: Authorizer = authorizerFrom(settings, log, { snapshots });

// Its promises are settled before Lambda asks for the first event. Where nobody is to wait, it would only take time.
const { AWS_LAMBDA_FUNCTION_NAME: inLambda, IS_OFFLINE: offline } = process.env;
if (inLambda !== undefined && offline !== "true")
  prime(settings).catch(({ message }: Error) => log.fault({ event: "priming_failed", detail: message }));
