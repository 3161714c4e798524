import { authorizerOf, type Authorizer } from "./authorizer.ts";
import { misspelledVariables, settingsFromEnvironment } from "./config.ts";
import { createLog, writeToStdout } from "./log.ts";
import { readSnapshots, SNAPSHOT_FILE } from "./oauth/snapshot.ts";

const settings = settingsFromEnvironment(process.env);
const functionName = process.env["AWS_LAMBDA_FUNCTION_NAME"] ?? "authorizer";
const log = createLog({ level: settings.logLevel, functionName, clock: Date.now, write: writeToStdout });
for (const { found, meant } of misspelledVariables(process.env)) log.misspelledVariable(found, meant);
const snapshots = readSnapshots(`${import.meta.dirname}/${SNAPSHOT_FILE}`, (detail) =>
  log.snapshotIgnored(detail),
);

/** The Lambda's entry: the authorizer as the environment configures it. */
export const handler: Authorizer = authorizerOf(settings, { functionName, snapshots });
