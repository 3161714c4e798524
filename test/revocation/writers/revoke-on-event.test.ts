import { describe, expect, test } from "@jest/globals";
import { createRevokeOnEvent } from "../../../src/revocation/writers/revoke-on-event.ts";
import { leaveEvent, logEvent, NOW, streamEvent } from "./messages.ts";
import { surroundings, type Surroundings } from "./writer.ts";

const handlerIn = (around: Surroundings, revokesOnLogout = false) =>
  createRevokeOnEvent({ ...around, revokesOnLogout });

const BLOCKED = streamEvent("user.updated", { blocked: true });
const MALLORY = "sub#auth0|mallory";

/** A message of each kind, at a time in seconds from now. */
const MESSAGES: Readonly<Record<string, (seconds: number) => object>> = {
  block: (seconds) => streamEvent("user.updated", { blocked: true }, { time: at(seconds) }),
  deletion: (seconds) => streamEvent("com.auth0.user.deleted", {}, { time: at(seconds) }),
  leaving: (seconds) => ({ ...leaveEvent(), detail: { ...detailOf(leaveEvent()), time: at(seconds) } }),
  password: (seconds) => logEvent("scp", { date: at(seconds) }),
  "universal logout": (seconds) => logEvent("universal_logout_succeeded", { date: at(seconds) }),
  logout: (seconds) => logEvent("slo", { date: at(seconds) }),
};
const KINDS = Object.keys(MESSAGES);
const PAIRS = KINDS.flatMap((first) => KINDS.map((second) => [first, second] as const));

function at(seconds: number): string {
  return new Date(NOW + seconds * 1000).toISOString();
}

function detailOf({ detail }: Record<string, unknown>): object {
  return detail as object;
}

describe("revoke-on-event", () => {
  test("writes what follows from a message, and says so without saying whose tokens are revoked", async () => {
    const around = surroundings();
    await handlerIn(around)(BLOCKED);
    expect(around.stored()).toEqual({ [MALLORY]: NOW / 1000 });
    expect(around.lines()).toEqual([
      expect.objectContaining({
        level: "info",
        function: "writer",
        event: "revocation_written",
        type: "user.updated",
        kind: "sub",
        RevocationsWritten: 1,
        MessageDelay: 500,
      }),
    ]);
    expect(around.logged()).toContain('"Dimensions":[["function"],["function","kind"]]');
  });

  test("changes nothing where a message comes again, and has a word of its own for that", async () => {
    const around = surroundings();
    const handler = handlerIn(around);
    await handler(BLOCKED);
    await handler(BLOCKED);
    expect(around.stored()).toEqual({ [MALLORY]: NOW / 1000 });
    expect(around.lines().map(({ event }) => event)).toEqual(["revocation_written", "revocation_unchanged"]);
    expect(around.lines()[1]).not.toHaveProperty("RevocationsWritten");
  });

  test("is done with a message of which nothing follows, and says nothing of it", async () => {
    const around = surroundings();
    await handlerIn(around)(streamEvent("user.updated", {}));
    expect([around.stored(), around.logged()]).toEqual([{}, ""]);
  });

  test("tells at level debug which types nothing follows of", async () => {
    const around = surroundings({ level: "debug" });
    await handlerIn(around)(logEvent("limit_wc"));
    expect(around.lines()).toEqual([expect.objectContaining({ event: "message_ignored", type: "limit_wc" })]);
  });

  test("counts a message that it does not understand, and is done with it", async () => {
    const around = surroundings();
    await handlerIn(around)(streamEvent("user.deleted", { user_id: undefined }));
    expect(around.lines()).toEqual([
      expect.objectContaining({
        level: "warn",
        event: "message_not_understood",
        type: "user.deleted",
        reason: "incomplete",
        RevocationMessagesNotUnderstood: 1,
      }),
    ]);
    expect(around.logged()).toContain(
      '"Metrics":[{"Name":"RevocationMessagesNotUnderstood","Unit":"Count"}]',
    );
  });

  test("marks test events in the log, whatever follows from them, and no others", async () => {
    const around = surroundings();
    const handler = handlerIn(around);
    await handler(streamEvent("user.deleted", {}, { a0purpose: "test" }));
    await handler(streamEvent("user.deleted", { user_id: 1 }, { a0purpose: "test" }));
    await handler(streamEvent("user.deleted", { user_id: "auth0|other" }));
    expect(around.lines().map(({ purpose }) => purpose)).toEqual(["test", "test", undefined]);
  });

  test("revokes a session on logout only where it is told to", async () => {
    const around = surroundings();
    await handlerIn(around, false)(logEvent("slo"));
    expect(around.stored()).toEqual({});
    await handlerIn(around, true)(logEvent("slo"));
    expect(Object.keys(around.stored())).toEqual(["sid#session-1"]);
  });

  test("throws where the table does not take it, so that Lambda tries again", async () => {
    const failure = new Error("DynamoDB answered UpdateItem with ThrottlingException");
    const around = surroundings({ failure });
    await expect(handlerIn(around)(BLOCKED)).rejects.toBe(failure);
    expect(around.lines()).toEqual([
      expect.objectContaining({
        level: "error",
        event: "revocation_not_written",
        type: "user.updated",
        detail: failure.message,
        retry: "yes",
        RevocationWriteFailures: 1,
      }),
    ]);
  });

  test.each([["auth0|".padEnd(1025, "a")], [`auth0|${"é".repeat(510)}`], ["auth0|\ud800"]])(
    "counts what can never be stored, and does not throw: it would come again for ever",
    async (userId) => {
      const around = surroundings();
      const handler = handlerIn(around);
      await handler(streamEvent("user.deleted", { user_id: userId }));
      expect(around.lines()).toEqual([
        expect.objectContaining({
          level: "error",
          event: "revocation_not_written",
          retry: "never",
          RevocationWriteFailures: 1,
        }),
      ]);
      const longest = "auth0|".padEnd(1024, "a");
      await handler(streamEvent("user.deleted", { user_id: longest }));
      expect(Object.keys(around.stored())).toEqual([`sub#${longest}`]);
    },
  );

  test("keeps no user, session, organization, address or email in its log", async () => {
    const around = surroundings({ level: "debug" });
    const handler = handlerIn(around, true);
    const messages = [
      BLOCKED,
      streamEvent("user.deleted", {}),
      logEvent("scp"),
      logEvent("slo"),
      leaveEvent(),
    ];
    const unusable = [
      streamEvent("user.deleted", { user_id: "" }),
      streamEvent("user.deleted", { user_id: `auth0|mallory${"x".repeat(1024)}` }),
      logEvent("mallory@example.com"),
    ];
    for (const message of [...messages, ...unusable, "mallory", { source: "mallory" }])
      await handler(message);
    expect(around.lines()).toHaveLength(10);
    expect(around.logged()).not.toMatch(/mallory|session-1|org_acme|203\.0\.113|WebApp/);
  });
});

describe("messages on one table", () => {
  test.each(PAIRS)("%s and %s revoke what each would alone, in both orders", async (first, second) => {
    const messages = [MESSAGES[first]?.(-500), MESSAGES[second]?.(-100)];
    const expected = await storedAlone(messages);
    for (const order of [messages, messages.toReversed()]) {
      const around = surroundings();
      for (const message of order) await handlerIn(around, true)(message);
      expect(around.stored()).toEqual(expected);
    }
  });

  test("a week later, redriven and in any order, change nothing", async () => {
    let now = NOW;
    const around = surroundings({ clock: () => now });
    const handler = handlerIn(around, true);
    const messages = KINDS.map((kind, index) => MESSAGES[kind]?.(-1000 + 100 * index));
    for (const message of messages) await handler(message);
    const stored = around.stored();
    now += 7 * 86_400_000;
    for (const message of messages.toReversed()) await handler(message);
    expect(around.stored()).toEqual(stored);
    expect(Math.max(...Object.values(stored).map(Number))).toBeLessThan(NOW / 1000);
  });

  test("that cannot be used stop none that come after them", async () => {
    const around = surroundings();
    const handler = handlerIn(around);
    const unusable = [
      null,
      {},
      logEvent("scp", { user_id: {} }),
      streamEvent("user.deleted", { user_id: "auth0|\ud800" }),
    ];
    for (const message of [...unusable, BLOCKED]) await handler(message);
    expect(Object.keys(around.stored())).toEqual([MALLORY]);
    expect(around.lines()).toHaveLength(unusable.length + 1);
  });
});

/** The latest time of each key, where every message has a table of its own. */
async function storedAlone(messages: readonly unknown[]): Promise<Readonly<Record<string, number>>> {
  const latest: Record<string, number> = {};
  for (const message of messages) {
    const around = surroundings();
    await handlerIn(around, true)(message);
    for (const [key, time = 0] of Object.entries(around.stored()))
      latest[key] = Math.max(latest[key] ?? 0, time);
  }
  expect(Object.keys(latest).length).toBeGreaterThan(0);
  return latest;
}
