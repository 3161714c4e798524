import { describe, expect, test } from "@jest/globals";
import { FetchError } from "../../src/http/fetch-error.ts";
import { DynamoDbError } from "../../src/revocation/dynamodb.ts";
import { Harness, NOW, OUTAGES, THROTTLED, toClaims, unprocessed, type Behaviour } from "./lookup-harness.ts";

const SECOND = 1000;
const UNAVAILABLE = /^revocations_unavailable: revocations: /;
const NO_ANSWER = Object.entries(OUTAGES);
/** Answers, of which a caller can cause some. */
const ANSWERS: readonly (readonly [string, Behaviour])[] = [
  ["throttled", THROTTLED],
  ["no right", new DynamoDbError("BatchGetItem", "AccessDeniedException", 400)],
  ["clock skew", new DynamoDbError("BatchGetItem", "InvalidSignatureException", 400)],
  ["no such table", new DynamoDbError("BatchGetItem", "ResourceNotFoundException", 400)],
  ["a key that it refuses", new DynamoDbError("BatchGetItem", "ValidationException", 400)],
  ["HTTP 499", new DynamoDbError("BatchGetItem", "HTTP 499", 499)],
  ["something that is not JSON", new DynamoDbError("BatchGetItem", "something that is not JSON", 200)],
  ["an answer without end", new FetchError("more than 8000000 bytes")],
  ["no credentials", new Error("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set")],
  ["keys that stay unprocessed", unprocessed()],
  ["one key that stays unprocessed", unprocessed("sub#auth0|alice")],
  ["no object", () => 7],
  ["null", () => null],
  ["no responses", () => ({ UnprocessedKeys: {} })],
  ["the list of another table", () => ({ Responses: { others: [] }, UnprocessedKeys: {} })],
  ["an inherited list", () => ({ Responses: Object.create({ revocations: [] }) as object })],
  ["an object in place of a list", () => ({ Responses: { revocations: {} } })],
  ["an item that was not asked for", () => ({ Responses: { revocations: [{ id: { S: "sub#bob" } }] } })],
  ["an item without a key", () => ({ Responses: { revocations: [{ notBefore: { N: "1" } }] } })],
  ["an item that is null", () => ({ Responses: { revocations: [null] } })],
  ["unprocessed keys that are text", () => ({ Responses: { revocations: [] }, UnprocessedKeys: "all" })],
  [
    "unprocessed keys of another table",
    () => ({ Responses: { revocations: [] }, UnprocessedKeys: { others: { Keys: [] } } }),
  ],
  [
    "unprocessed keys that were not asked for",
    () => ({
      Responses: { revocations: [] },
      UnprocessedKeys: { revocations: { Keys: [{ id: { S: "sub#bob" } }] } },
    }),
  ],
];

function revokeAlice({ stored }: Harness): void {
  stored.raise({ scope: { kind: "sub", sub: "auth0|alice" }, notBefore: NOW }, undefined);
}

describe("no answer on the connection that is kept", () => {
  test.each(NO_ANSWER)("is asked for at once on a new one: %s", async (_, outage) => {
    const harness = new Harness();
    harness.next = [outage];
    expect(await harness.outcome()).toBe("accepted");
    expect(harness.asked).toMatchObject([
      { connection: "kept", timeoutMs: 300 },
      { connection: "fresh", timeoutMs: 700 },
    ]);
    expect(harness.asked[0]?.keys).toEqual(harness.asked[1]?.keys);
    expect(harness.events).toEqual([]);
    revokeAlice(harness);
    harness.next = [outage];
    expect(await harness.outcome()).toBe("revoked: sub");
  });

  test.each(ANSWERS.filter(([, behaviour]) => behaviour instanceof Error))(
    "but an answer is one: %s is not asked for again",
    async (_, error) => {
      const harness = new Harness();
      harness.next = [error];
      expect(await harness.outcome()).toMatch(UNAVAILABLE);
      expect(harness.asked).toHaveLength(1);
    },
  );
});

describe("where the table gives no answer", () => {
  test.each(NO_ANSWER)("REVOCATION_ON_FAILURE=error: it cannot be decided: %s", async (_, outage) => {
    const harness = new Harness({ onFailure: "error" });
    harness.always = outage;
    expect(await harness.outcome()).toBe(`revocations_unavailable: revocations: ${outage.message}`);
    expect(harness.asked).toHaveLength(2);
    expect(harness.events).toEqual([
      { event: "revocation_lookup_failed", detail: `revocations: ${outage.message}` },
    ]);
  });

  test.each(NO_ANSWER)("REVOCATION_ON_FAILURE=allow: accepted, and each one told: %s", async (_, outage) => {
    const harness = new Harness({ onFailure: "allow" });
    revokeAlice(harness);
    harness.always = outage;
    for (let call = 0; call < 3; call += 1) expect(await harness.outcome()).toBe("accepted");
    expect(harness.count("revocations_not_checked")).toBe(3);
    expect(harness.count("revocation_lookup_failed")).toBe(1);
    harness.always = undefined;
    harness.now += SECOND;
    expect(await harness.outcome()).toBe("revoked: sub");
  });

  test("by its first attempt, and the second is answered with no: it cannot be decided with either", async () => {
    for (const onFailure of ["error", "allow"] as const) {
      const harness = new Harness({ onFailure });
      harness.next = [OUTAGES.timeout, THROTTLED];
      expect(await harness.outcome()).toMatch(UNAVAILABLE);
      expect(harness.count("revocations_not_checked")).toBe(0);
    }
  });
});

describe("whatever a caller can cause is never accepted, and makes no other caller wait:", () => {
  test.each(ANSWERS)("%s", async (_, behaviour) => {
    const harness = new Harness({ onFailure: "allow" });
    revokeAlice(harness);
    harness.always = behaviour;
    const outcome = await harness.outcome();
    expect(outcome).toMatch(UNAVAILABLE);
    expect(harness.count("revocation_lookup_failed")).toBe(1);
    expect(harness.count("revocations_not_checked")).toBe(0);
    harness.always = undefined;
    expect(await harness.outcome(toClaims({ sub: "auth0|bob" }))).toBe("accepted");
    expect(await harness.outcome()).toBe("revoked: sub");
  });
});

describe("keys that were not processed", () => {
  test("are asked for again, and only those", async () => {
    const harness = new Harness();
    harness.next = [unprocessed("sub#auth0|alice"), unprocessed("sub#auth0|alice")];
    expect(await harness.outcome()).toBe("accepted");
    expect(harness.asked.map(({ keys }) => keys.length)).toEqual([3, 1, 1]);
    revokeAlice(harness);
    harness.next = [unprocessed("sub#auth0|alice")];
    expect(await harness.outcome()).toBe("revoked: sub");
  });

  test("and no answer to the second question: it cannot be decided, even with allow", async () => {
    const harness = new Harness({ onFailure: "allow" });
    harness.next = [unprocessed("sub#auth0|alice"), OUTAGES.timeout];
    expect(await harness.outcome()).toMatch(UNAVAILABLE);
    // The table has answered, so that the next caller is looked up.
    expect(await harness.outcome()).toBe("accepted");
  });

  test("do not hide what was answered about the others", async () => {
    const harness = new Harness({ onFailure: "allow" });
    harness.stored.raise({ scope: { kind: "sid", sid: "s1" }, notBefore: NOW }, undefined);
    harness.always = unprocessed("sub#auth0|alice");
    expect(await harness.outcome(toClaims({ sid: "s1" }))).toBe("revoked: sid");
    expect(await harness.outcome(toClaims({ sid: "s2" }))).toMatch(UNAVAILABLE);
  });
});

describe("an item whose time cannot be read", () => {
  const BROKEN: readonly (readonly [string, unknown])[] = [
    ["none", undefined],
    ["text", { S: "1800000000" }],
    ["negative", { N: "-1" }],
    ["a fraction", { N: "1.5" }],
    ["too large", { N: "1e30" }],
    ["a number in JSON", { N: 1_800_000_000 }],
    ["null", null],
  ];

  test.each(BROKEN)(
    "cannot be decided for a user, a membership or an application: %s",
    async (_, notBefore) => {
      for (const id of ["sub#auth0|alice", "member#org_1#auth0|alice", "client#WebApp"]) {
        const harness = new Harness({ onFailure: "allow" });
        harness.stored.items.set(id, { id: { S: id }, notBefore });
        expect(await harness.outcome(toClaims({ org: "org_1" }))).toMatch(UNAVAILABLE);
        expect(await harness.outcome(toClaims({ org: "org_1" }))).toMatch(UNAVAILABLE);
        expect(await harness.outcome(toClaims({ sub: "auth0|bob", clientId: "Other" }))).toBe("accepted");
      }
    },
  );

  test.each(BROKEN)("revokes a session, whose time does not count: %s", async (_, notBefore) => {
    const harness = new Harness();
    harness.stored.items.set("sid#s1", { id: { S: "sid#s1" }, notBefore });
    expect(await harness.outcome(toClaims({ sid: "s1" }))).toBe("revoked: sid");
  });
});

describe("after a lookup without an answer", () => {
  /** How long after an outage began each question was asked, in seconds, with a call every 100 ms. */
  async function questions(harness: Harness, seconds: number): Promise<number[]> {
    const startedAt = harness.now;
    const asked: number[] = [];
    for (; harness.now < startedAt + seconds * SECOND; harness.now += 100) {
      const before = harness.asked.length;
      await harness.outcome();
      if (harness.asked.length > before) asked.push((harness.now - startedAt) / SECOND);
    }
    return asked;
  }

  test.each(["error", "allow"] as const)(
    "nothing is asked for 1, 2, 4, 8 and then 10 s: %s",
    async (onFailure) => {
      const harness = new Harness({ onFailure });
      harness.always = OUTAGES.timeout;
      expect(await questions(harness, 40)).toEqual([0, 1, 3, 7, 15, 25, 35]);
    },
  );

  test("pauses are shorter by up to a half, by chance", async () => {
    const harness = new Harness({ random: () => 0 });
    harness.always = OUTAGES.timeout;
    expect(await questions(harness, 20)).toEqual([0, 0.5, 1.5, 3.5, 7.5, 12.5, 17.5]);
  });

  test("the first answer ends it, and the next outage begins with 1 s", async () => {
    const harness = new Harness();
    harness.always = OUTAGES.reset;
    expect(await questions(harness, 8)).toEqual([0, 1, 3, 7]);
    harness.always = undefined;
    harness.now += 8 * SECOND;
    expect(await harness.outcome()).toBe("accepted");
    harness.always = OUTAGES.reset;
    expect(await questions(harness, 2)).toEqual([0, 1]);
  });

  test("an answer that is of no use ends it too", async () => {
    const harness = new Harness({ onFailure: "allow" });
    harness.next = [OUTAGES.timeout, OUTAGES.timeout, THROTTLED];
    expect(await harness.outcome()).toBe("accepted");
    harness.now += SECOND;
    expect(await harness.outcome()).toMatch(UNAVAILABLE);
    expect(await harness.outcome()).toBe("accepted");
    expect(harness.count("revocations_not_checked")).toBe(1);
  });

  test("a clock that went back makes no pause longer", async () => {
    const harness = new Harness();
    harness.always = OUTAGES.timeout;
    await harness.outcome();
    harness.always = undefined;
    harness.now -= 3600 * SECOND;
    expect(await harness.outcome()).toBe("accepted");
  });

  test("calls at the same time: one asks, the others are decided at once", async () => {
    const harness = new Harness();
    harness.always = OUTAGES.timeout;
    await Promise.all(Array.from({ length: 10 }, () => harness.outcome()));
    expect(harness.asked).toHaveLength(20);
    harness.now += SECOND;
    await Promise.all(Array.from({ length: 10 }, () => harness.outcome()));
    expect(harness.asked).toHaveLength(22);
    harness.now += 2 * SECOND;
    harness.always = undefined;
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => harness.outcome()));
    expect(outcomes.filter((outcome) => outcome === "accepted")).toHaveLength(1);
    expect(await harness.outcome()).toBe("accepted");
  });
});
