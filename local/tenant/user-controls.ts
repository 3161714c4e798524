import { randomBytes } from "node:crypto";
import type { Accounts } from "./accounts.ts";
import type { Memory } from "./adapter.ts";
import type { SigningKey } from "./keys.ts";
import {
  logoutToken,
  passwordChanged,
  userEvent,
  type MessageReceiver,
  type MessageSubject,
} from "./messages.ts";

/** What can be done to a user, by `sub`. Each of them has ended once every message about it is delivered. */
export interface UserControls {
  /** The user cannot sign in any more, and their sessions are over. */
  block(sub: string): Promise<void>;
  unblock(sub: string): Promise<void>;
  delete(sub: string): Promise<void>;
  /** The user has another password, which no one knows. */
  changePassword(sub: string): Promise<void>;
  /** Ends all sessions, each of them with a logout token to its application. */
  logOutEverywhere(sub: string): Promise<void>;
  /** Undoes all of it, in the tenant and with its receiver: tokens from before are accepted again. */
  restore(sub: string): Promise<void>;
}

interface Parts {
  readonly issuer: string;
  readonly accounts: Accounts;
  readonly memory: Memory;
  /** The key that signs now. */
  readonly key: () => SigningKey;
  /** Undefined where no one is told. */
  readonly receiver: () => MessageReceiver | undefined;
  readonly subject: (sub: string) => MessageSubject;
}

export function userControls({ issuer, accounts, memory, key, receiver, subject }: Parts): UserControls {
  const tell = async (event: object): Promise<void> => receiver()?.event(event);
  const endedSessions = new Map<string, readonly string[]>();
  return {
    block: async (sub) => {
      accounts.setBlocked(sub, true);
      await memory.endSessions(sub);
      await tell(userEvent("user.updated", subject(sub), { blocked: true }));
    },
    unblock: async (sub) => {
      accounts.setBlocked(sub, false);
      await tell(userEvent("user.updated", subject(sub), { blocked: false }));
    },
    delete: async (sub) => {
      accounts.delete(sub);
      await memory.endSessions(sub);
      await tell(userEvent("user.deleted", subject(sub), {}));
    },
    changePassword: async (sub) => {
      await accounts.setPassword(sub, randomBytes(24).toString("base64url"));
      await tell(passwordChanged(subject(sub)));
    },
    logOutEverywhere: async (sub) => {
      const sessions = await memory.endSessions(sub);
      const earlier = endedSessions.get(sub) ?? [];
      endedSessions.set(sub, [...earlier, ...sessions.map(({ sessionId }) => sessionId)]);
      for (const session of sessions) {
        await receiver()?.logoutToken(await logoutToken(subject(sub), session, { issuer, key: key() }));
      }
    },
    restore: async (sub) => {
      await accounts.restore(sub);
      await receiver()?.restored(sub, endedSessions.get(sub) ?? []);
      endedSessions.delete(sub);
    },
  };
}
