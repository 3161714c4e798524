import { startRevocationTable, type RevocationTable } from "../src/testing/revocation-table.ts";
import { toKey } from "../src/revocation/item.ts";
import { backChannelLogoutFrom, revokeOnEventFrom } from "../src/revocation/writers/from-environment.ts";
import type { MessageReceiver } from "./tenant/messages.ts";

/** A table of revocations, and what writes to it. */
export interface LocalRevocations {
  readonly table: RevocationTable;
  /** The authorizer's settings of it, by environment variable. */
  readonly settings: Readonly<Record<string, string>>;
  /** Passes each message to the code of the Lambda function that Auth0's messages call. */
  readonly writers: MessageReceiver;
}

/**
 * Starts a table, and beside it both functions that write revocations, in this process.
 *
 * @param authorizer the settings of the authorizer, by environment variable: the tenant has to be up, which they name
 */
export async function startRevocations(
  authorizer: Readonly<Record<string, string>>,
): Promise<LocalRevocations> {
  const table = await startRevocationTable();
  const settings = { REVOCATION_TABLE: table.name };
  const env = { ...authorizer, ...settings, ...table.environment, AUTHORIZER_LOG_LEVEL: "silent" };
  const [revokeOnEvent, backChannelLogout] = [revokeOnEventFrom(env), backChannelLogoutFrom(env)];
  return {
    table,
    settings,
    writers: {
      event: revokeOnEvent,
      logoutToken: async (token) => {
        const { statusCode, body } = await backChannelLogout(posted(token));
        // Auth0 would leave it at that. Here a user is waiting for what they asked for.
        if (statusCode >= 500)
          throw new Error(`The back-channel logout endpoint answered ${statusCode} ${body}`);
      },
      restored: (sub, sessionIds) => {
        forget(table, sub, sessionIds);
        return Promise.resolve();
      },
    },
  };
}

function forget({ items }: RevocationTable, sub: string, sessionIds: readonly string[]): void {
  items.delete(toKey({ kind: "sub", sub }));
  for (const sid of sessionIds) items.delete(toKey({ kind: "sid", sid }));
}

/** A form (OIDC Back-Channel Logout 1.0 §2.5), as a function URL hands it to its Lambda function. */
function posted(token: string): object {
  return {
    version: "2.0",
    requestContext: { http: { method: "POST" } },
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ logout_token: token }).toString(),
    isBase64Encoded: false,
  };
}
