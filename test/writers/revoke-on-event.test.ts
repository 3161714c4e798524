import { describe, expect, test } from "@jest/globals";
import { createRevokeOnEvent } from "../../src/writers/revoke-on-event.ts";
import { logEvent, NOW, streamEvent } from "./messages.ts";
import { surroundings, type Surroundings } from "./writer.ts";

const handlerIn = (around: Surroundings, revokesOnLogout = false) =>
  createRevokeOnEvent({ ...around, revokesOnLogout });

const BLOCKED = streamEvent("user.updated", { blocked: true });

describe("revoke-on-event", () => {
  test("writes what follows from a message, and says so without saying whose tokens end", async () => {
    const around = surroundings();
    await handlerIn(around)(BLOCKED);
    expect(around.written).toEqual([
      { kind: "sub", value: "auth0|mallory", issuer: "*", notBefore: NOW / 1000 - 1 },
    ]);
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
  });

  test("writes the same again where a message comes again", async () => {
    const around = surroundings();
    const handler = handlerIn(around);
    await handler(BLOCKED);
    await handler(BLOCKED);
    expect(around.written[1]).toEqual(around.written[0]);
  });

  test("is done with a message of which nothing follows, and says nothing of it", async () => {
    const around = surroundings();
    await handlerIn(around)(streamEvent("user.updated", {}));
    expect([around.written, around.logged()]).toEqual([[], ""]);
  });

  test("tells at level debug which types nothing follows of", async () => {
    const around = surroundings({ level: "debug" });
    await handlerIn(around)(logEvent("limit_wc"));
    expect(around.lines()).toEqual([expect.objectContaining({ event: "message_ignored", type: "limit_wc" })]);
  });

  test("is done with a message that it cannot use, which counts as one, so that there is an alarm", async () => {
    const around = surroundings();
    await handlerIn(around)(streamEvent("user.deleted", { user_id: undefined }));
    expect(around.lines()).toEqual([
      expect.objectContaining({
        level: "warn",
        event: "message_unusable",
        type: "user.deleted",
        because: "incomplete",
        UnusableMessages: 1,
      }),
    ]);
    expect(around.logged()).toContain('"Metrics":[{"Name":"UnusableMessages","Unit":"Count"}]');
  });

  test("ends a session on log-out only where it is told to", async () => {
    const around = surroundings();
    await handlerIn(around, false)(logEvent("slo"));
    expect(around.written).toEqual([]);
    await handlerIn(around, true)(logEvent("slo"));
    expect(around.written).toEqual([expect.objectContaining({ kind: "sid", value: "session-1" })]);
  });

  test("throws where the table does not take it, so that Lambda tries again", async () => {
    const failure = new Error("DynamoDB answered PutItem with ThrottlingException");
    const around = surroundings({ failure });
    await expect(handlerIn(around)(BLOCKED)).rejects.toBe(failure);
    expect(around.lines()).toEqual([
      expect.objectContaining({
        level: "error",
        event: "revocation_not_written",
        type: "user.updated",
        detail: failure.message,
        RevocationFailures: 1,
      }),
    ]);
  });

  test("keeps no user, session, address or e-mail in its log", async () => {
    const around = surroundings({ level: "debug" });
    const handler = handlerIn(around, true);
    const messages = [BLOCKED, streamEvent("user.deleted", {}), logEvent("scp"), logEvent("slo")];
    const unusable = [streamEvent("user.deleted", {}, { time: "mallory" }), logEvent("mallory@example.com")];
    for (const message of [...messages, ...unusable, "mallory", { source: "mallory" }])
      await handler(message);
    expect(around.lines()).toHaveLength(8);
    expect(around.logged()).not.toMatch(/mallory|session-1|203\.0\.113|WebApp/);
  });
});
