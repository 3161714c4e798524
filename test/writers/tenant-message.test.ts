import { describe, expect, test } from "@jest/globals";
import { readTenantMessage, type TenantMessage } from "../../src/writers/tenant-message.ts";
import { HAPPENED_AT, logEvent, NOW, streamEvent } from "./messages.ts";

const SECONDS = Math.floor((NOW - 500) / 1000);
const MALLORY = { kind: "sub", value: "auth0|mallory", issuer: "*", notBefore: SECONDS };

function read(event: unknown, { now = NOW, revokesOnLogout = false } = {}): TenantMessage {
  return readTenantMessage(event, { now, revokesOnLogout });
}

/** What is revoked, or why nothing is. */
function said(event: unknown, options = {}): unknown {
  const message = read(event, options);
  return message.outcome === "revocation" ? message.revocation : message.because;
}

describe("an event of an Event Stream", () => {
  test("ends the tokens of a user who was blocked, up to that second", () => {
    expect(said(streamEvent("user.updated", { blocked: true }))).toEqual(MALLORY);
  });

  test.each([[false], [undefined], ["true"], [1], [null]])(
    "ends nothing where `blocked` is %j",
    (blocked) => {
      expect(said(streamEvent("user.updated", { blocked }))).toBe("not_acted_on");
    },
  );

  test("ends the tokens of a user who was deleted, blocked or not", () => {
    expect(said(streamEvent("user.deleted", { deleted_at: HAPPENED_AT }))).toEqual(MALLORY);
    expect(said(streamEvent("user.deleted", { blocked: false }))).toEqual(MALLORY);
  });

  test.each(["user.created", "organization.member.deleted", "scp"])("of type %s ends nothing", (type) => {
    expect(said(streamEvent(type, { blocked: true }))).toBe("not_acted_on");
  });
});

describe("a log event", () => {
  test("of a changed password ends the user's tokens", () => {
    expect(said(logEvent("scp"))).toEqual(MALLORY);
  });

  test("of a log-out ends its session, where that is wanted", () => {
    expect(said(logEvent("slo"))).toBe("not_acted_on");
    expect(said(logEvent("slo"), { revokesOnLogout: true })).toEqual({
      kind: "sid",
      value: "session-1",
      issuer: "*",
      notBefore: SECONDS,
    });
  });

  test.each([
    ["sapi", "a call of the Management API, whose user is the administrator"],
    ["limit_wc", "wrong passwords, which strangers can type"],
    ["limit_sul", "too many log-ins, which strangers can cause"],
    ["limit_mu", "too many failures of one address, which a stranger has too"],
    ["pwd_leak", "a password that others lost, which strangers can type"],
    ["ublkdu", "a block that was lifted"],
    ["user.deleted", "an event of the other kind of stream"],
    ["constructor", "a member of every object"],
  ])("%s, %s, ends nothing", (type) => {
    expect(said(logEvent(type, { details: { session_id: "s" } }), { revokesOnLogout: true })).toBe(
      "not_acted_on",
    );
  });
});

describe("a message without what is needed", () => {
  test.each([
    ["a block names no user", streamEvent("user.updated", { blocked: true, user_id: undefined })],
    ["a deletion names an empty user", streamEvent("user.deleted", { user_id: "" })],
    ["a user is a number", streamEvent("user.deleted", { user_id: 7 })],
    ["a user has too long a name", streamEvent("user.deleted", { user_id: "a".repeat(1025) })],
    ["an event has no time", streamEvent("user.deleted", {}, { time: undefined })],
    ["a time is none", streamEvent("user.deleted", {}, { time: "yesterday" })],
    ["a time is a number", streamEvent("user.deleted", {}, { time: SECONDS })],
    ["a time is before all tokens", streamEvent("user.deleted", {}, { time: "1969-12-31T23:59:59Z" })],
    ["an event has no data", streamEvent("user.deleted", {}, { data: null })],
    ["a log event names no user", logEvent("scp", { user_id: undefined })],
    ["a log event has no date", logEvent("scp", { date: undefined })],
    ["a log-out names no session", logEvent("slo", { details: {} })],
    ["a log-out has no details", logEvent("slo", { details: null })],
  ])("is ignored where %s", (_, event) => {
    expect(said(event, { revokesOnLogout: true })).toBe("incomplete");
  });

  test("is read where the user has as long a name as a table takes", () => {
    const value = "a".repeat(1024);
    expect(said(streamEvent("user.deleted", { user_id: value }))).toEqual({ ...MALLORY, value });
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
  ])("is ignored where it is %j", (event) => expect(said(event)).toBe("foreign_source"));

  test("is ignored where it is not Auth0's, whatever else it says", () => {
    const forged = { ...streamEvent("user.deleted", {}), source: "acme.aws.partner/auth0.com/" };
    expect(said(forged)).toBe("foreign_source");
  });

  test.each([undefined, null, 1, "user.deleted", {}, { data: {} }, { data: { type: 7 } }])(
    "is ignored where its detail is %j",
    (detail) => expect(said({ ...logEvent("scp"), detail })).toBe("unknown_form"),
  );

  test("is told by its type, and never by what somebody wrote there", () => {
    expect(read(logEvent("limit_wc"))).toMatchObject({ type: "limit_wc" });
    expect(read(logEvent("mallory@example.com"))).toMatchObject({ type: "unknown" });
    expect(read(streamEvent("user.deleted", { user_id: 1 }))).toEqual({
      outcome: "ignored",
      type: "user.deleted",
      because: "incomplete",
    });
  });
});

describe("the time of a message", () => {
  const at = (ms: number) => streamEvent("user.deleted", {}, { time: new Date(ms).toISOString() });

  test("is the revocation's, in whole seconds, as `iat` has them, however late it comes", () => {
    expect(said(at(NOW - 1001))).toMatchObject({ notBefore: NOW / 1000 - 2 });
    expect(said(at(NOW - 86_400_000))).toMatchObject({ notBefore: NOW / 1000 - 86_400 });
  });

  test("is taken for now where the clocks differ by some seconds, and refused beyond", () => {
    expect(said(at(NOW + 5000))).toMatchObject({ notBefore: NOW / 1000 });
    expect(said(at(NOW + 5001))).toBe("future_time");
  });

  test("counts with its offset from UTC", () => {
    const event = streamEvent("user.deleted", {}, { time: "2027-01-15T08:59:59+01:00" });
    expect(said(event)).toMatchObject({ notBefore: NOW / 1000 - 1 });
  });

  test("alone decides, so that a duplicate says the same as the first", () => {
    const event = streamEvent("user.updated", { blocked: true });
    expect(said(event, { now: NOW + 3_600_000 })).toEqual(said(event));
  });
});
