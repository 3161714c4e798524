import { describe, expect, test } from "@jest/globals";
import { checkIdentitySource, readEvent as readEventWith } from "../../src/apigateway/event.ts";
import type { GatewayKind } from "../../src/apigateway/gateways.ts";
import { authorizerEvent } from "../../src/testing/events.ts";
import { outcomeOf } from "../tokens.ts";

const KINDS = ["rest-token", "rest-request", "http-1.0", "http-2.0", "websocket"] as const;
const WITH_HEADERS = KINDS.filter((kind) => kind !== "rest-token");
const STAGE = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod";
const BEARER = "Bearer abc";

type Event = Record<string, unknown>;

const bare = (kind: GatewayKind, changes: Event = {}): Event => ({ ...authorizerEvent(kind), ...changes });
const readEvent = (event: unknown) => readEventWith(event, "access_token");
const credentials = (event: Event) => readEvent(event).credentials;

describe.each(KINDS)("an event of the kind %s", (kind) => {
  const sent = (...headers: (readonly [string, string])[]) => readEvent(authorizerEvent(kind, { headers }));

  test("is distinguished from the others", () => {
    expect(readEvent(bare(kind)).kind).toBe(kind);
  });

  test("gives the whole stage", () => {
    expect(readEvent(bare(kind)).stageArn).toBe(`${STAGE}/*`);
  });

  test("gives the Authorization header", () => {
    expect(sent(["Authorization", BEARER]).credentials.headers).toEqual([BEARER]);
  });

  test("gives the Authorization header in whatever case it was sent", () => {
    expect(sent(["authorization", BEARER]).credentials.headers).toEqual([BEARER]);
    expect(sent(["AUTHORIZATION", BEARER]).credentials.headers).toEqual([BEARER]);
  });

  test("gives no credential where none was sent", () => {
    const { headers, parameters } = sent(["X-Authorization", BEARER], ["Authorization2", BEARER]).credentials;
    expect(headers.filter((value) => value !== "")).toEqual([]);
    expect(parameters).toEqual([]);
  });

  test("gives a token in the query only where a browser cannot send a header", () => {
    const event = authorizerEvent(kind, { query: [["access_token", "abc"]] });
    expect(credentials(event).parameters).toEqual(kind === "websocket" ? ["abc"] : []);
  });

  test("cannot be checked without its ARN", () => {
    for (const arn of [undefined, null, 7, [STAGE]]) {
      const event = bare(kind, { methodArn: arn, routeArn: arn });
      expect(outcomeOf(() => readEvent(event))).toBe("unsupported_event: no ARN");
    }
  });

  test("cannot be checked with the other kind's ARN", () => {
    const { methodArn, routeArn } = bare(kind);
    const swapped = bare(kind, { methodArn: routeArn, routeArn: methodArn });
    expect(outcomeOf(() => readEvent(swapped))).toBe("unsupported_event: no ARN");
  });

  test("cannot be checked with an ARN of something else", () => {
    const event = bare(kind, { methodArn: "arn:aws:s3:::b/k", routeArn: "arn:aws:s3:::b/k" });
    expect(outcomeOf(() => readEvent(event))).toBe("unsupported_event: the method ARN is not of an API");
  });
});

describe.each(WITH_HEADERS)("an event of the kind %s", (kind) => {
  test("has a request ID", () => {
    const { requestContext } = bare(kind) as { requestContext?: { requestId: string } };
    expect(readEvent(bare(kind)).requestId).toBe(requestContext?.requestId);
    expect(requestContext?.requestId).toMatch(/^[\w+/=-]{20,36}$/);
  });

  test.each(["JKJaXmPLvHcESHA=", "offline_requestId-1", "+/", "x".repeat(100)])(
    "may have the request ID %s",
    (requestId) => {
      const eventType = kind === "websocket" ? "CONNECT" : undefined;
      expect(readEvent(bare(kind, { requestContext: { requestId, eventType } })).requestId).toBe(requestId);
    },
  );

  test("has no request ID where that is not one of a gateway", () => {
    const eventType = kind === "websocket" ? "CONNECT" : undefined;
    for (const requestId of [undefined, null, 7, ["a"], "", "a.b", "a b", "a\n", "x".repeat(101)]) {
      expect(readEvent(bare(kind, { requestContext: { requestId, eventType } })).requestId).toBeUndefined();
    }
  });

  test("takes no other parameter for a token", () => {
    const query = [
      ["Access_Token", "a"],
      ["access_token2", "b"],
      ["token", "c"],
    ] as const;
    expect(credentials(authorizerEvent(kind, { query })).parameters).toEqual([]);
  });

  test("has its subprotocols, in whatever spelling, where it is a WebSocket", () => {
    const headers = [["sec-WebSocket-protocol", "bearer, abc"]] as const;
    const { subprotocols } = credentials(authorizerEvent(kind, { headers }));
    expect(subprotocols).toEqual(kind === "websocket" ? ["bearer, abc"] : []);
  });

  test("gives headers that differ only in case as two", () => {
    const headers = { Authorization: BEARER, authorization: BEARER };
    const event = bare(kind, { headers, multiValueHeaders: undefined });
    expect(credentials(event).headers).toEqual([BEARER, BEARER]);
  });

  test.each([undefined, null, 7, "Authorization", [], [["Authorization", BEARER]], {}])(
    "has no credential where its fields are %j",
    (fields) => {
      const names = [
        "headers",
        "multiValueHeaders",
        "queryStringParameters",
        "multiValueQueryStringParameters",
      ];
      const event = bare(kind, Object.fromEntries(names.map((name) => [name, fields])));
      expect(credentials(event)).toMatchObject({ headers: [], parameters: [] });
    },
  );

  test("leaves out what is null", () => {
    const event = bare(kind, { headers: { authorization: null }, multiValueHeaders: null });
    expect(credentials(event).headers).toEqual([]);
  });

  test("forwards a header of the wrong type, for others to refuse", () => {
    const event = bare(kind, { headers: { authorization: { a: 1 } }, multiValueHeaders: null });
    expect(credentials(event).headers).toEqual([{ a: 1 }]);
  });
});

describe("a header that was sent twice", () => {
  const headers = [
    ["Authorization", "Bearer a"],
    ["Authorization", "Bearer b"],
  ] as const;

  test.each(["rest-request", "websocket"] as const)("counts twice: %s", (kind) => {
    expect(credentials(authorizerEvent(kind, { headers })).headers).toEqual(["Bearer a", "Bearer b"]);
  });

  test.each(["http-1.0", "http-2.0"] as const)("is joined by an HTTP API: %s", (kind) => {
    expect(credentials(authorizerEvent(kind, { headers })).headers).toEqual(["Bearer a,Bearer b"]);
  });

  test("counts twice in two spellings", () => {
    const multiValueHeaders = { Authorization: ["Bearer a"], authorization: ["Bearer b"] };
    expect(credentials(bare("rest-request", { multiValueHeaders })).headers).toEqual([
      "Bearer a",
      "Bearer b",
    ]);
  });
});

test("a parameter that was sent twice counts twice", () => {
  const query = [
    ["access_token", "a"],
    ["access_token", "b"],
  ] as const;
  expect(credentials(authorizerEvent("websocket", { query })).parameters).toEqual(["a", "b"]);
});

test("where a list of values is empty, the single value counts", () => {
  const event = bare("rest-request", {
    headers: { Authorization: BEARER },
    multiValueHeaders: { Authorization: [] },
  });
  expect(credentials(event).headers).toEqual([BEARER]);
});

describe("a TOKEN event", () => {
  test("has its credential in `authorizationToken` and nowhere else", () => {
    const headers = { authorization: "x", "sec-websocket-protocol": "bearer, x" };
    const fields = { headers, queryStringParameters: { access_token: "x" } };
    const event = bare("rest-token", { authorizationToken: BEARER, ...fields });
    expect(credentials(event)).toEqual({ headers: [BEARER], parameters: [], subprotocols: [] });
  });

  test("may lack its credential", () => {
    expect(credentials(bare("rest-token", { authorizationToken: undefined })).headers).toHaveLength(0);
  });
});

describe("an event that no gateway sends is not checked:", () => {
  test.each([undefined, null, 7, "event", true])("%j", (event) => {
    expect(outcomeOf(() => readEvent(event))).toBe("unsupported_event: not an object");
  });

  test.each([
    ["nothing known", {}],
    ["a list", []],
    ["another type", { type: "OTHER", methodArn: `${STAGE}/GET/` }],
    ["a type in lower case", { type: "token", methodArn: `${STAGE}/GET/` }],
    ["another version", { type: "REQUEST", version: "3.0", methodArn: `${STAGE}/GET/` }],
    ["a version that is a number", { type: "REQUEST", version: 2, methodArn: `${STAGE}/GET/` }],
    [
      "a handshake without a type",
      { requestContext: { eventType: "CONNECT" }, methodArn: `${STAGE}/$connect` },
    ],
    ["a proxy event of payload 1.0 without a type", { httpMethod: "GET", path: "/" }],
  ])("%s", (_, event) => {
    expect(outcomeOf(() => readEvent(event))).toBe("unsupported_event: unknown type or version");
  });
});

test.each([undefined, null, 7, { eventType: "MESSAGE" }, { connectionId: "a" }])(
  "a REQUEST event with the context %j is of a REST API",
  (requestContext) => {
    expect(readEvent(bare("rest-request", { requestContext })).kind).toBe("rest-request");
  },
);

describe("the identity source of an HTTP API", () => {
  const OTHER = "session-1";
  const event = (kind: "http-1.0" | "http-2.0", sources: readonly string[], value = BEARER): Event => ({
    ...authorizerEvent(kind, { headers: [["Authorization", value]] }),
    identitySource: kind === "http-1.0" ? sources.join(",") : sources,
  });
  const outcome = (of: Event): string => outcomeOf(() => checkIdentitySource(readEvent(of)));

  describe.each(["http-1.0", "http-2.0"] as const)("with the payload of %s", (kind) => {
    test.each([
      ["the token alone", [BEARER]],
      ["the token after another value", [OTHER, BEARER]],
      ["the token before another value", [BEARER, OTHER]],
    ])("holds %s", (_, sources) => {
      expect(outcome(event(kind, sources))).toBe("accepted");
    });

    test.each([
      ["another value", [OTHER]],
      ["two other values", [OTHER, "tenant-1"]],
      ["only the beginning of the token", [BEARER.slice(0, -1)]],
      ["the token without its scheme", ["abc"]],
      ["nothing but an empty header", [""]],
    ])("does not hold the token where it is %s", (_, sources) => {
      expect(outcome(event(kind, sources))).toBe("identity_source_without_token");
    });

    test("does not hold a token that was not sent, where it is something else", () => {
      const withoutToken = {
        ...authorizerEvent(kind),
        identitySource: kind === "http-1.0" ? OTHER : [OTHER],
      };
      expect(outcome(withoutToken)).toBe("identity_source_without_token");
    });

    test("that is empty holds a token that was not sent", () => {
      const withoutToken = {
        ...authorizerEvent(kind),
        headers: {},
        identitySource: kind === "http-1.0" ? "" : [""],
      };
      expect(outcome(withoutToken)).toBe("accepted");
    });

    test("is compared by length alone with a header that no gateway forwards", () => {
      const [long, other] = ["a".repeat(10_240), "b".repeat(10_240)];
      expect(outcome(event(kind, [other], long))).toBe("identity_source_without_token");
      expect(outcome(event(kind, [`${other}b`], `${long}a`))).toBe("accepted");
      expect(outcome(event(kind, [other], `${long}a`))).toBe("identity_source_without_token");
    });

    test("is not compared with a header that is not a string, whatever its length says", () => {
      const headers = { authorization: { toString: 1, valueOf: 1 } };
      const long = "a".repeat(10_241);
      expect(outcome({ ...event(kind, [long]), headers, multiValueHeaders: null })).toBe(
        "identity_source_without_token",
      );
    });

    test("holds an empty header, which the gateway takes for one", () => {
      expect(outcome(event(kind, [""], ""))).toBe("accepted");
    });

    test.each([undefined, null, [], [undefined], [null]])("is undefined where it is %j", (identitySource) => {
      expect(outcome({ ...event(kind, [BEARER]), identitySource })).toBe("accepted");
    });
  });

  test.each(["rest-token", "rest-request", "websocket"] as const)(
    "is undefined on the gateway %s",
    (kind) => {
      expect(readEvent({ ...bare(kind), identitySource: [OTHER] }).identitySource).toBeUndefined();
    },
  );
});
