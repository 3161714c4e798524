import { describe, expect, test } from "@jest/globals";
import { readTenantMessage, type TenantMessage } from "../../../src/revocation/writers/auth0-event.ts";
import { HAPPENED_AT, leaveEvent, logEvent, NOW, streamEvent } from "./messages.ts";

const SECONDS = Math.floor((NOW - 500) / 1000);
const MALLORY = { kind: "sub", sub: "auth0|mallory" };
/** As of a block or deletion half a second ago: tokens under way are revoked, and none of the future. */
const ENDED = { scope: MALLORY, notBefore: NOW / 1000 };
/** As of what happened half a second ago. */
const HAPPENED = { scope: MALLORY, notBefore: SECONDS };

function read(event: unknown, { now = NOW, revokesOnLogout = false } = {}): TenantMessage {
  return readTenantMessage(event, { now, revokesOnLogout });
}

/** What is revoked, or why nothing is. */
function said(event: unknown, options = {}): unknown {
  const message = read(event, options);
  if (message.outcome === "revocation") return message.revocation;
  return message.outcome === "ignored" ? "ignored" : message.reason;
}

describe.each(["", "com.auth0."])("an event of an Event Stream whose types begin with '%s'", (prefix) => {
  test("revokes the tokens of a user who was blocked", () => {
    const event = streamEvent(`${prefix}user.updated`, { blocked: true });
    expect(said(event)).toEqual(ENDED);
    expect(read(event)).toMatchObject({ type: "user.updated", isTest: false });
  });

  test.each([[false], [undefined], [null]])("revokes nothing where `blocked` is %j", (blocked) => {
    expect(said(streamEvent(`${prefix}user.updated`, { blocked }))).toBe("ignored");
  });

  test.each([["true"], [1], [{}]])("is not understood where `blocked` is %j", (blocked) => {
    expect(said(streamEvent(`${prefix}user.updated`, { blocked }))).toBe("unknown_form");
  });

  test("revokes the tokens of a user who was deleted, blocked or not", () => {
    expect(said(streamEvent(`${prefix}user.deleted`, { deleted_at: HAPPENED_AT }))).toEqual(ENDED);
    expect(said(streamEvent(`${prefix}user.deleted`, { blocked: false }))).toEqual(ENDED);
  });

  test("revokes the tokens of a member who left, for that organization only", () => {
    expect(said(leaveEvent(`${prefix}organization.member.deleted`))).toEqual({
      scope: { kind: "member", organizationId: "org_acme", sub: "auth0|mallory" },
      notBefore: NOW / 1000,
    });
  });

  test.each(["user.created", "organization.member.added", "organization.deleted", "scp"])(
    "of type %s revokes nothing",
    (type) => {
      expect(said(streamEvent(`${prefix}${type}`, { blocked: true }))).toBe("ignored");
    },
  );

  test("of an update that names no user is not ignored in silence, because it may say that one is blocked", () => {
    const message = streamEvent(`${prefix}user.updated`, {}, { data: { user_id: "auth0|m", blocked: true } });
    expect(said(message)).toBe("unknown_form");
  });

  test.each(["user.blocked", "user.updated.v2", "user.", "USER.UPDATED", "user", "user-deleted"])(
    "of type %s is not ignored in silence",
    (type) => {
      expect(said(streamEvent(`${prefix}${type}`, { blocked: true }))).toBe("unknown_form");
    },
  );
});

describe("a log event", () => {
  test("of a changed password revokes the user's tokens of before, and not those of the sign-in after it", () => {
    expect(said(logEvent("scp"))).toEqual(HAPPENED);
  });

  test("of Universal Logout revokes the user's tokens, wherever the log names the user", () => {
    const type = "universal_logout_succeeded";
    expect(said(logEvent(type))).toEqual(HAPPENED);
    const details = { user_id: "auth0|mallory" };
    expect(said(logEvent(type, { user_id: undefined, details }))).toEqual(HAPPENED);
    expect(said(logEvent(type, { user_id: "", details }))).toEqual(HAPPENED);
    expect(said(logEvent(type, { user_id: "00u1okta", details }))).toEqual(HAPPENED);
  });

  test.each([
    [{ user_id: undefined }],
    [{ user_id: undefined, identity_user_id: "00u1okta" }],
    [{ user_id: "00u1okta" }],
    [{ user_id: null, details: null }],
  ])("of Universal Logout is counted where it names no user of Auth0's: %j", (data) => {
    expect(said(logEvent("universal_logout_succeeded", data))).toBe("incomplete");
  });

  test("of a logout revokes its session, where that is wanted", () => {
    expect(said(logEvent("slo"))).toBe("ignored");
    expect(said(logEvent("slo"), { revokesOnLogout: true })).toEqual({
      scope: { kind: "sid", sid: "session-1" },
      notBefore: SECONDS,
    });
  });

  test.each([
    ["sapi", "a call of the Management API, whose user is the administrator"],
    ["limit_wc", "wrong passwords, which strangers can type"],
    ["limit_sul", "too many logins, which strangers can cause"],
    ["limit_mu", "too many failures of one address, which a stranger has too"],
    ["pwd_leak", "a password that others lost, which strangers can type"],
    ["ublkdu", "a block that was lifted"],
    ["universal_logout_failed", "a logout that did not happen"],
    ["constructor", "a member of every object"],
  ])("%s, %s, revokes nothing", (type) => {
    expect(said(logEvent(type, { details: { session_id: "s" } }), { revokesOnLogout: true })).toBe("ignored");
  });

  test("with the type of an event of a user is not ignored in silence", () => {
    expect(said(logEvent("user.deleted"))).toBe("unknown_form");
    expect(said(logEvent("com.auth0.user.deleted"))).toBe("unknown_form");
  });
});

describe("a message without what is needed", () => {
  test.each([
    ["a block names no user", streamEvent("user.updated", { blocked: true, user_id: undefined })],
    ["a deletion names an empty user", streamEvent("user.deleted", { user_id: "" })],
    ["a user is a number", streamEvent("user.deleted", { user_id: 7 })],
    ["a user has no provider", streamEvent("user.deleted", { user_id: "5f7c8ec7c33c6c004bbafe82" })],
    ["a password is of an email address", logEvent("scp", { user_id: "mallory@example.com" })],
    ["an event has no data", streamEvent("user.deleted", {}, { data: null })],
    ["a member has no organization", leaveEvent("organization.member.deleted", { organization: null })],
    ["a member has no user", leaveEvent("organization.member.deleted", { user: { id: "auth0|mallory" } })],
    ["a log event names no user", logEvent("scp", { user_id: undefined })],
    ["a logout names no session", logEvent("slo", { details: {} })],
    ["a logout has no details", logEvent("slo", { details: null })],
    ["there is no time at all", { ...streamEvent("user.deleted", {}, { time: undefined }), time: "soon" }],
  ])("is counted where %s", (_, event) => {
    expect(said(event, { revokesOnLogout: true })).toBe("incomplete");
  });

  test.each([
    undefined,
    null,
    "",
    [],
    {},
    { source: 7 },
    { source: "aws.s3" },
    { source: "aws.partner/other" },
  ])("is foreign where it is %j", (event) => expect(said(event)).toBe("foreign_source"));

  test("is foreign where it is not Auth0's, whatever else it says", () => {
    const forged = { ...streamEvent("user.deleted", {}), source: "acme.aws.partner/auth0.com/" };
    expect(said(forged)).toBe("foreign_source");
  });

  test.each([undefined, null, 1, "user.deleted", {}, { data: {} }, { data: { type: 7 } }])(
    "is of an unknown form where its detail is %j",
    (detail) => expect(said({ ...logEvent("scp"), detail })).toBe("unknown_form"),
  );

  test("is recognized by its type, and never by its description", () => {
    expect(read(logEvent("limit_wc"))).toMatchObject({ type: "limit_wc" });
    expect(read(logEvent("mallory@example.com"))).toMatchObject({ type: "unknown" });
    expect(read(streamEvent("user.deleted", { user_id: 1 }))).toEqual({
      outcome: "not_understood",
      type: "user.deleted",
      reason: "incomplete",
      isTest: false,
    });
  });
});

describe("the time of a message", () => {
  const deletion = (ms: number) => streamEvent("user.deleted", {}, { time: new Date(ms).toISOString() });
  const password = (ms: number) => logEvent("scp", { date: new Date(ms).toISOString() });

  test("of a block or deletion counts until a minute after it, and not beyond the arrival", () => {
    expect(said(deletion(NOW - 59_001))).toMatchObject({ notBefore: NOW / 1000 });
    expect(said(deletion(NOW - 60_000))).toMatchObject({ notBefore: NOW / 1000 });
    expect(said(deletion(NOW - 60_001))).toMatchObject({ notBefore: NOW / 1000 - 1 });
    expect(said(deletion(NOW - 7 * 86_400_000))).toMatchObject({ notBefore: NOW / 1000 - 7 * 86_400 + 60 });
  });

  test("of anything else is the revocation's, in whole seconds, as `iat` has them, however late it comes", () => {
    expect(said(password(NOW - 1001))).toMatchObject({ notBefore: NOW / 1000 - 2 });
    expect(said(password(NOW - 86_400_000))).toMatchObject({ notBefore: NOW / 1000 - 86_400 });
  });

  test("in the future is taken for now, however far, and never dropped", () => {
    for (const ahead of [1, 5001, 3_600_000, 10 * 365 * 86_400_000]) {
      expect(said(deletion(NOW + ahead))).toMatchObject({ notBefore: NOW / 1000 });
      expect(said(password(NOW + ahead))).toMatchObject({ notBefore: NOW / 1000 });
    }
  });

  test("counts with its offset from UTC", () => {
    expect(said(logEvent("scp", { date: "2027-01-15T08:59:59+01:00" }))).toMatchObject({
      notBefore: NOW / 1000 - 1,
    });
  });

  test.each([undefined, "yesterday", 1_799_999_999, "1969-12-31T23:59:59Z"])(
    "is EventBridge's where Auth0's is %j",
    (time) => {
      const event = { ...logEvent("scp", { date: time }), time: "2027-01-15T07:59:00Z" };
      expect(said(event)).toMatchObject({ notBefore: NOW / 1000 - 60 });
    },
  );

  test("alone decides once a minute has passed, so that a duplicate says the same as the first", () => {
    const event = streamEvent("user.updated", { blocked: true });
    const later = said(event, { now: NOW + 3_600_000 });
    expect(later).toEqual(said(event, { now: NOW + 7_200_000 }));
    expect(later).toEqual({ scope: MALLORY, notBefore: Math.floor((NOW - 500 + 60_000) / 1000) });
  });
});
