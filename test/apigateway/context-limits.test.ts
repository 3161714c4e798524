import { describe, expect, test } from "@jest/globals";
import type { GatewayKind } from "../../src/apigateway/gateways.ts";
import { checkContext } from "../../src/apigateway/context-limits.ts";
import { toContext } from "../../src/identity/context.ts";
import type { Identity } from "../../src/identity/identity.ts";
import { ALICE } from "../alice.ts";

const KINDS = ["rest-token", "rest-request", "http-1.0", "http-2.0", "websocket"] as const;
const CONTROLS = ["\u0000", "\n", "\r", "\u007f", "\u0085", "\ud800"];

function unsupported(kind: GatewayKind, changes: Partial<Identity>): string | undefined {
  const identity = { ...ALICE, ...changes };
  return checkContext(identity, toContext(identity), kind)?.detail;
}

/** An identity with a text in one of its values, by the key that it has in the context. */
const WITH: Readonly<Record<string, (text: string) => Partial<Identity>>> = {
  sub: (subject) => ({ subject }),
  client_id: (clientId) => ({ clientId }),
  scope: (scope) => ({ scopes: ["openid", scope] }),
  permissions: (permission) => ({ permissions: ["read:x", permission] }),
  org_id: (id) => ({ organization: { id, name: undefined } }),
  org_name: (name) => ({ organization: { id: undefined, name } }),
};

describe.each(KINDS)("the gateway %s", (kind) => {
  describe.each(Object.entries(WITH))("forwards `%s`", (key, having) => {
    test("with every letter and sign that is not a control", () => {
      expect(unsupported(kind, having("a'|:/é😀b"))).toBeUndefined();
    });

    test.each(CONTROLS)("but not with %j", (control) => {
      expect(unsupported(kind, having(`a${control}b`))).toBe(key);
    });

    test.each([" a", "a ", "\u00a0a", "a\u3000"])("but not with a space at an end: %j", (padded) => {
      const isAfterAnother = key === "scope" && padded.endsWith("a");
      expect(unsupported(kind, having(padded))).toBe(isAfterAnother ? undefined : key);
      expect(unsupported(kind, having(`a${padded}b`))).toBe(key === "permissions" ? key : undefined);
    });

    test.each(["acme\\alice", 'a"b', '{"a":"b"}'])(
      "with quotes and backslashes where that was recorded: %s",
      (text) => {
        expect(unsupported(kind, having(text))).toBe(kind === "http-1.0" ? key : undefined);
      },
    );
  });

  test("refuses with a reason of its own, and with nothing where all is well", () => {
    const identity = { ...ALICE, subject: "a\nb" };
    const refusal = { reason: "context_value_unsupported", detail: "sub" };
    expect(checkContext(identity, toContext(identity), kind)).toEqual(refusal);
    expect(checkContext(ALICE, toContext(ALICE), kind)).toBeUndefined();
  });

  test("makes no character of the halves of two values", () => {
    const organization = { id: "a\ud83d", name: "\ude00b" };
    expect(unsupported(kind, { organization })).toBe("org_id");
  });

  test.each(["", " ", "read x", "read\tx", "read\u00a0x"])(
    "forwards no permission that would fall into two, or into none: %j",
    (permission) => {
      expect(unsupported(kind, { permissions: ["read:x", permission] })).toBe("permissions");
    },
  );

  test("forwards a chain of actors, but none whose name would fall into two", () => {
    expect(unsupported(kind, { actors: ["agent-1", "agent|2"] })).toBeUndefined();
    expect(unsupported(kind, { actors: ["agent-1", "agent 2"] })).toBe("actors");
  });

  test("forwards a context of 6,144 bytes with its subject, and none of 6,145", () => {
    const withScope = (length: number): Partial<Identity> => ({ scopes: ["s".repeat(length)] });
    const context = toContext({ ...ALICE, ...withScope(1) });
    const rest = Buffer.byteLength(JSON.stringify([context.sub, context])) - 1;
    expect(unsupported(kind, withScope(6144 - rest))).toBeUndefined();
    expect(unsupported(kind, withScope(6145 - rest))).toBe("size");
  });

  test.each([
    ["letters of one byte", "s", 1],
    ["letters of two bytes", "é", 2],
    ["letters of four bytes", "😀", 4],
  ])("forwards a subject of 2.9 KB, and none of 3.1 KB, in %s", (_, letter, bytes) => {
    expect(unsupported(kind, { subject: letter.repeat(2900 / bytes) })).toBeUndefined();
    expect(unsupported(kind, { subject: letter.repeat(3100 / bytes) })).toBe("size");
  });

  test("forwards permissions of 5.5 KB, and none of 6.5 KB", () => {
    const permissions = (kilobytes: number): string[] =>
      Array.from({ length: kilobytes * 100 }, (_, index) => `read:${String(index).padStart(4, "0")}`);
    expect(unsupported(kind, { permissions: permissions(5.5) })).toBeUndefined();
    expect(unsupported(kind, { permissions: permissions(6.5) })).toBe("size");
  });
});
