import { describe, expect, test } from "@jest/globals";
import { GATEWAYS, type GatewayKind } from "../../src/apigateway/gateways.ts";

/** What the kinds can be answered, as AWS documents it. */
const KINDS = ["rest-token", "rest-request", "http-1.0", "http-2.0", "websocket"] as const;
const only = (can: (kind: GatewayKind) => boolean): GatewayKind[] => KINDS.filter(can);

describe("of the kinds of gateway", () => {
  test("HTTP APIs with payload 2.0 alone take a simple response", () => {
    expect(only((kind) => GATEWAYS[kind].simpleResponses)).toEqual(["http-2.0"]);
  });

  test("REST APIs alone have usage plans", () => {
    expect(only((kind) => GATEWAYS[kind].usagePlans)).toEqual(["rest-token", "rest-request"]);
  });

  test("HTTP APIs alone can be set to deny where others answer 401", () => {
    expect(only((kind) => GATEWAYS[kind].mayDenyUnauthorized)).toEqual(["http-1.0", "http-2.0"]);
  });
});
