import { createHandler, getFunctionName, type Authorizer } from "./authorizer/create-authorizer.ts";
import { findMisspelledVariables, settingsFromEnvironment } from "./settings/settings.ts";
import { createLog } from "./authorizer/decision-log.ts";
import { writeToStdout } from "./logging/stdout.ts";
import { readSnapshotFile, SNAPSHOT_FILE } from "./token/keys/snapshot.ts";
import { addRoutesFile } from "./authorizer/routes-file.ts";
import { ROUTES_FILE } from "./settings/route-permissions.ts";
import { prime } from "./authorizer/priming.ts";

const settings = addRoutesFile(settingsFromEnvironment(process.env), `${import.meta.dirname}/${ROUTES_FILE}`);
const log = createLog(settings, {
  functionName: getFunctionName(process.env),
  clock: Date.now,
  write: writeToStdout,
});
for (const { found, meant } of findMisspelledVariables(process.env))
  log.event({ event: "misspelled_variable", found, meant });
const snapshots = readSnapshotFile(`${import.meta.dirname}/${SNAPSHOT_FILE}`, (detail) =>
  log.event({ event: "snapshot_ignored", detail }),
);

/** The Lambda's entry: the authorizer as the environment configures it. */
export const handler: Authorizer = createHandler(settings, log, { snapshots });

// It is over before Lambda asks for the first event. Elsewhere, in tests and offline, it would only take time.
const { AWS_LAMBDA_FUNCTION_NAME: functionName, IS_OFFLINE: offline } = process.env;
if (functionName !== undefined && offline !== "true")
  prime(settings).catch((error: unknown) =>
    log.event({ event: "priming_failed", detail: (error as Error).message }),
  );
