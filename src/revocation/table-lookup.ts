import { createKeptConnection } from "../http/kept-connection.ts";
import type { Settings } from "../settings/settings.ts";
import { createDynamoDb, readEndpoint, type AwsEnvironment } from "./dynamodb.ts";
import { createRevocationLookup, type TableLookup } from "./lookup.ts";
import type { RevocationEvent } from "../logging/events.ts";

export interface TableLookupDependencies {
  /** AWS's variables: where the table is, and what requests to it are signed with. */
  readonly env: AwsEnvironment;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** From 0 to 1, as `Math.random`. */
  readonly random: () => number;
  readonly onEvent: (event: RevocationEvent) => void;
}

/** The lookup of revocations in a table, as the settings say. Its connection is being opened, which is not awaited. */
export function createTableLookup(
  table: string,
  settings: Pick<Settings, "revocationOnFailure" | "revocationSessionClaim">,
  { env, clock, random, onEvent }: TableLookupDependencies,
): TableLookup {
  const connection = createKeptConnection();
  openAhead(() => connection.open(readEndpoint(env)));
  return createRevocationLookup({
    table,
    kept: createDynamoDb({ env, clock, send: connection.send }),
    fresh: createDynamoDb({ env, clock, send: connection.sendAfresh }),
    onFailure: settings.revocationOnFailure,
    sessionClaim: settings.revocationSessionClaim,
    clock,
    random,
    onEvent,
  });
}

/** What is wrong with the environment is said by each lookup, with its reason. */
function openAhead(open: () => void): void {
  try {
    open();
  } catch {
    // A region that is not set, or an endpoint that is not a URL.
  }
}
