import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import type { ServerResponse } from "node:http";
import { itemOf } from "../../src/revocations/item.ts";
import type { TableOutage } from "../../src/testing/revocation-table.ts";
import { Sandbox } from "../oauth/sandbox-process.ts";
import { HOUR, MINUTE, Reader, SECOND, startWorld, within, type World } from "./world.ts";

jest.setTimeout(60_000);

const DENIED: TableOutage = { exception: "AccessDeniedException" };
const THROTTLED: TableOutage = { exception: "ProvisionedThroughputExceededException" };

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const seconds = (): number => Math.floor(world.now() / 1000);
/** As long as revocations are kept. */
const lasting = (): string => world.tenant.idToken({ claims: { exp: seconds() + 24 * 3600 } });
const inSession = (sid: string): string =>
  world.tenant.idToken({ claims: { sid, exp: seconds() + 24 * 3600 } });

/** An authorizer that has read the table, in which one session is ended. */
async function warmReader(): Promise<Reader> {
  world.table.revoke({ kind: "sid", value: "ended" });
  const reader = new Reader(world);
  expect(await reader.outcome(inSession("ended"))).toBe("revoked");
  return reader;
}

/** What the table's answers become from now on. */
function misanswer(change: (response: ServerResponse, text: string) => void): void {
  const { table } = world;
  const answer = table.answer.bind(table);
  table.answer = (request, response) => {
    const own = { end: response.end.bind(response), writeHead: response.writeHead.bind(response) };
    response.writeHead = () => response;
    response.end = ((text: string) => {
      Object.assign(response, own);
      change(response, text);
      return response;
    }) as typeof response.end;
    answer(request, response);
  };
}

describe("absent, denied, throttled, out of order", () => {
  test.each<readonly [string, TableOutage, RegExp]>([
    ["absent", { exception: "ResourceNotFoundException" }, /no such table/],
    ["denied", DENIED, /the role lacks dynamodb:Query/],
    ["throttled", THROTTLED, /ProvisionedThroughputExceededException/],
    ["broken", { exception: "InternalServerError", status: 500 }, /InternalServerError/],
  ])(
    "%s from the start: nobody gets in, and everybody within two seconds of its end",
    async (_, outage, detail) => {
      world.table.fail(outage);
      const reader = new Reader(world);
      const token = lasting();
      expect(await reader.outcome(token)).toBe("revocations_unavailable");
      expect(reader.lines.at(-1)).toMatchObject({ detail: expect.stringMatching(detail) });
      expect(reader.events("revocation_sync_failed")[0]).toMatchObject({ RevocationSyncFailures: 1 });
      world.table.fail();
      world.later += 2 * SECOND;
      expect(await reader.outcome(token)).toBe("accepted");
    },
  );

  test.each([
    ["denied", DENIED],
    ["throttled", THROTTLED],
    ["silent", "silent"],
  ] as const)("%s later: the old list serves for its time, and no longer", async (_, outage) => {
    const reader = await warmReader();
    const [token, ended] = [lasting(), inSession("ended")];
    world.table.fail(outage);
    // The list was read a moment ago.
    world.later += HOUR + MINUTE - 5 * SECOND;
    expect(await reader.outcome(token)).toBe("accepted");
    expect(await reader.outcome(ended)).toBe("revoked");
    world.later += 6 * SECOND;
    expect(await reader.outcome(token)).toBe("revocations_unavailable");
    expect(await reader.outcome(ended)).toBe("revocations_unavailable");
  });

  test("REVOCATION_UNAVAILABLE=allow: everybody gets in as without a table, and each is logged", async () => {
    world.table.fail(DENIED);
    const reader = new Reader(world, { revocationUnavailable: "allow" });
    for (let request = 0; request < 3; request += 1)
      expect(await reader.outcome(inSession("ended"))).toBe("accepted");
    expect(reader.events("revocations_not_checked")).toHaveLength(3);
    expect(reader.events("revocations_not_checked")[0]).toMatchObject({
      RevocationsNotChecked: 1,
      level: "error",
    });
  });

  test("throttled: asked less often, not more", async () => {
    const reader = await warmReader();
    const token = lasting();
    world.table.fail(THROTTLED);
    const before = world.table.reads;
    for (let passed = 0; passed < 30 * MINUTE; passed += 10 * SECOND) {
      world.later += 10 * SECOND;
      expect(await reader.outcome(token)).toBe("accepted");
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(world.table.reads - before).toBeGreaterThan(10);
    expect(world.table.reads - before).toBeLessThanOrEqual(60);
  });
});

describe("slow, silent", () => {
  test("slow: the first request waits, later ones do not", async () => {
    world.table.revoke({ kind: "sid", value: "ended" });
    misanswer((response, text) => void setTimeout(() => response.end(text), 600));
    const reader = new Reader(world);
    expect(await reader.outcome(inSession("ended"))).toBe("revoked");
    world.later += 40 * SECOND;
    const startedAt = performance.now();
    for (let request = 0; request < 20; request += 1) expect(await reader.outcome()).toBe("accepted");
    expect(performance.now() - startedAt).toBeLessThan(400);
  });

  test("silent from the start: 500 within 4 s, from two connections", async () => {
    world.table.fail("silent");
    const reader = new Reader(world);
    const startedAt = performance.now();
    expect(await reader.outcome()).toBe("revocations_unavailable");
    expect(performance.now() - startedAt).toBeLessThan(4000);
    expect(world.table.reads).toBe(2);
  });

  test("silent later: one request in two minutes waits, the others are answered from the old list", async () => {
    const reader = await warmReader();
    const token = lasting();
    world.table.fail("silent");
    world.later += 10 * MINUTE;
    expect(await reader.outcome(token)).toBe("accepted");
    const startedAt = performance.now();
    for (let request = 0; request < 20; request += 1) expect(await reader.outcome(token)).toBe("accepted");
    expect(performance.now() - startedAt).toBeLessThan(400);
  });
});

describe("half a page, nonsense", () => {
  test.each<readonly [string, (response: ServerResponse, text: string) => void, RegExp]>([
    [
      "half a page",
      (response, text) => response.write(text.slice(0, text.length / 2), () => response.destroy()),
      /aborted|hang up/,
    ],
    [
      "half a page that looks whole",
      (response, text) => response.end(text.slice(0, text.length / 2)),
      /not JSON/,
    ],
    ["HTML", (response) => response.end("<html>"), /not JSON/],
    ["null", (response) => response.end("null"), /no page of items/],
    ["no list of items", (response) => response.end('{"Items":{"length":1}}'), /no page of items/],
    [
      "a key that is none",
      (response) => response.end('{"Items":[],"LastEvaluatedKey":7}'),
      /no page of items/,
    ],
    ["nothing", (response) => response.end(), /not JSON/],
  ])("%s counts as nothing", async (_, change, detail) => {
    world.table.revoke({ kind: "sid", value: "ended" });
    misanswer(change);
    const reader = new Reader(world);
    expect(await reader.outcome()).toBe("revocations_unavailable");
    expect(reader.lines.at(-1)?.["detail"]).toMatch(detail);
  });

  test("a page that never ends is given up: 20 MB", async () => {
    misanswer((response) => response.end(" ".repeat(20_000_000)));
    const reader = new Reader(world);
    expect(await reader.outcome()).toBe("revocations_unavailable");
    expect(reader.lines.at(-1)?.["detail"]).toContain("more than 8000000 bytes");
  });

  test("pages without an end are given up, and not before a bound", async () => {
    world.table.revoke({ kind: "sid", value: "ended" });
    misanswer((response, text) => {
      const page = JSON.parse(text) as object;
      response.end(JSON.stringify({ ...page, LastEvaluatedKey: { pk: { S: "r" }, sk: { S: "9999" } } }));
    });
    const reader = new Reader(world);
    expect(await reader.outcome()).toBe("revocations_unavailable");
    expect(reader.lines.at(-1)?.["detail"]).toContain("more than 50 pages at once");
    expect(world.table.reads).toBe(50);
  });
});

/** Ends so many sessions, one in each millisecond before now. */
function endSessions(count: number): void {
  const now = world.now();
  const notBefore = Math.floor(now / 1000) - count;
  world.table.items = Array.from({ length: count }, (_, index) =>
    itemOf(
      { kind: "sid", value: `session-${index}`, issuer: "*", notBefore },
      { writtenAt: now - count + index, retentionHours: 24 },
    ),
  );
}

describe("100,000 entries", () => {
  test("are read at the start, each of them counts, and others get in", async () => {
    endSessions(100_000);
    const reader = new Reader(world);
    expect(await reader.outcome()).toBe("accepted");
    for (const index of [0, 1, 49_999, 99_999])
      expect(await reader.outcome(inSession(`session-${index}`))).toBe("revoked");
    expect(await reader.outcome(inSession("session-100000"))).toBe("accepted");
    expect(world.table.reads).toBe(20);
  });

  test("and a thousand more: the oldest sessions are dropped, and it is said", async () => {
    endSessions(101_000);
    world.table.revoke({ kind: "sub", value: "auth0|blocked" });
    const token = world.tenant.idToken({
      user: { sub: "auth0|blocked", email: "b@acme.com", email_verified: true },
    });
    const reader = new Reader(world);
    expect(await reader.outcome(token)).toBe("revoked");
    expect(await reader.outcome(inSession("session-0"))).toBe("accepted");
    expect(await reader.outcome(inSession("session-100999"))).toBe("revoked");
    expect(reader.events("revocations_lost")).toMatchObject([
      { level: "error", RevocationsLost: 1001, detail: "1001 too many, 0 malformed" },
    ]);
  });

  test("a reading that fails on its way is taken up where it stopped", async () => {
    endSessions(100_000);
    const { table } = world;
    const answer = table.answer.bind(table);
    table.answer = (request, response) => {
      if (table.reads === 10) table.fail(THROTTLED);
      answer(request, response);
    };
    const reader = new Reader(world);
    expect(await reader.outcome()).toBe("revocations_unavailable");
    table.answer = answer;
    table.fail();
    world.later += 2 * SECOND;
    expect(await reader.outcome(inSession("session-99999"))).toBe("revoked");
    expect(await reader.outcome(inSession("session-0"))).toBe("revoked");
    expect(table.reads).toBe(21);
  });
});

describe("frozen mid-read (SIGSTOP, SIGCONT)", () => {
  test("the next request reads for itself, sees what was ended meanwhile, and nothing is left unhandled", async () => {
    const { table, tenant } = world;
    const { issuers, clientIds } = tenant.settings;
    const sandbox = await new Sandbox({ issuers, clientIds, ...table.settings }, table.environment).started();
    const token = inSession("session-1");
    expect(await sandbox.request(token)).toBe("accepted");
    const reads = table.reads;
    table.fail("silent");
    expect(await sandbox.request(token, 40 * SECOND)).toBe("accepted");
    await within(1000, () => table.reads > reads);
    sandbox.freeze();
    table.fail();
    table.revoke({ kind: "sid", value: "session-1" });
    await new Promise((resolve) => setTimeout(resolve, 4500));
    sandbox.thaw();
    expect(await sandbox.request(token, 30 * SECOND)).toBe("Unauthorized");
    expect([await sandbox.end(), sandbox.errors]).toEqual([0, ""]);
  });

  test("a late answer can only refuse more", async () => {
    const reader = await warmReader();
    const answers: (() => void)[] = [];
    const { table } = world;
    const answer = table.answer.bind(table);
    table.answer = (request, response) => {
      const end = response.end.bind(response);
      response.end = ((text: string) => (answers.push(() => end(text)), response)) as typeof response.end;
      answer(request, response);
    };
    table.revoke({ kind: "sid", value: "later" });
    world.later += 40 * SECOND;
    await reader.outcome();
    await within(1000, () => answers.length === 1);
    // The process stands still for a minute, and a request reads for itself from a table that was restored.
    world.later += MINUTE;
    table.items.pop();
    table.answer = answer;
    expect(await reader.outcome(inSession("later"))).toBe("accepted");
    answers[0]?.();
    await within(1000, async () => (await reader.outcome(inSession("later"))) === "revoked");
    expect(await reader.outcome(inSession("ended"))).toBe("revoked");
  });
});

describe("clock wrong", () => {
  test.each([
    ["four minutes fast", 4 * MINUTE],
    ["four minutes slow", -4 * MINUTE],
  ])("%s here: what is written later is found all the same", async (_, skew) => {
    world.table.revoke({ kind: "sid", value: "ended" });
    const reader = new Reader(world, { clockToleranceSeconds: 60 }, () => skew);
    const token = world.tenant.idToken({ claims: { sid: "session-1", iat: seconds() - 600 } });
    const ended = world.tenant.idToken({ claims: { sid: "ended", iat: seconds() - 600 } });
    expect(await reader.outcome(token)).toBe("accepted");
    expect(await reader.outcome(ended)).toBe("revoked");
    world.later += 10 * SECOND;
    world.table.revoke({ kind: "sid", value: "session-1" });
    world.later += 60 * SECOND;
    expect(await reader.outcome(token)).toBe("revoked");
  });

  test("set back by an hour: the list is read anew, and nothing is skipped", async () => {
    let skew = 4 * MINUTE;
    const reader = new Reader(world, {}, () => skew);
    const token = world.tenant.idToken({ claims: { sid: "session-1", iat: seconds() - 2 * 3600 } });
    expect(await reader.outcome(token)).toBe("accepted");
    skew = -HOUR;
    world.table.revoke({ kind: "sid", value: "session-1" });
    expect(await reader.outcome(token)).toBe("revoked");
  });
});

describe("duplicate, late, out of order, future, malformed", () => {
  const item = (value: string, writtenAt: number): object =>
    itemOf({ kind: "sid", value, issuer: "*", notBefore: 1 }, { writtenAt, retentionHours: 24 });

  test("duplicate: the second changes nothing", async () => {
    const reader = await warmReader();
    world.table.revoke({ kind: "sid", value: "ended" });
    world.later += MINUTE;
    expect(await reader.outcome(inSession("ended"))).toBe("revoked");
    expect(await reader.outcome()).toBe("accepted");
  });

  test("late: what a slow clock wrote up to a minute ago is found, what is older is not looked for", async () => {
    const reader = await warmReader();
    const readAt = world.now();
    world.table.items = [
      item("too late", readAt - 70 * SECOND),
      item("late", readAt - 55 * SECOND),
      ...world.table.items,
    ];
    world.later += MINUTE;
    expect(await reader.outcome(inSession("late"))).toBe("revoked");
    expect(await reader.outcome(inSession("too late"))).toBe("accepted");
    // A container that starts finds both.
    expect(await new Reader(world).outcome(inSession("too late"))).toBe("revoked");
  });

  test("out of order: an earlier time that comes later takes nothing back", async () => {
    const { table } = world;
    table.revoke({ kind: "sub", value: "auth0|alice" });
    const token = world.tenant.idToken({ claims: { iat: seconds() - 5 } });
    const reader = new Reader(world);
    expect(await reader.outcome(token)).toBe("revoked");
    table.revoke({ kind: "sub", value: "auth0|alice", notBefore: seconds() - 3600 });
    world.later += MINUTE;
    expect(await reader.outcome(token)).toBe("revoked");
  });

  test("future: nobody is shut out who signs in after it was written", async () => {
    const { table } = world;
    table.revoke({ kind: "all" });
    const [written] = table.items as [object];
    table.items = [{ ...written, notBefore: { N: String(seconds() + 3600) } }];
    const before = world.tenant.idToken();
    world.later += 2 * SECOND;
    const reader = new Reader(world);
    expect(await reader.outcome(before)).toBe("revoked");
    expect(await reader.outcome()).toBe("accepted");
  });

  test("malformed: left out and counted, and the others have their effect", async () => {
    world.table.revoke({ kind: "sid", value: "ended" });
    world.table.items.unshift(
      null,
      7,
      "x",
      [],
      {},
      { pk: { S: "r" }, kind: { S: "all" }, value: { S: "*" } },
    );
    const reader = new Reader(world);
    expect(await reader.outcome(inSession("ended"))).toBe("revoked");
    expect(await reader.outcome()).toBe("accepted");
    expect(reader.events("revocations_lost")).toMatchObject([{ detail: "0 too many, 6 malformed" }]);
  });
});
