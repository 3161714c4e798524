import { authorizerFrom, lambdaName, type Authorizer } from "./authorizer.ts";
import { misspelledVariables, settingsFromEnvironment } from "./settings/settings.ts";
import { createLog, writeToStdout } from "./log.ts";
import { SNAPSHOT_FILE } from "./oauth/snapshot.ts";
import { readPackagedKeys } from "./packaged-keys.ts";

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
