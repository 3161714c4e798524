import { describe, expect, it } from "@jest/globals";
import { mockIntegration, restApi, type MockMethodProperties } from "../../src/testing/index.ts";
import { throwing } from "./lambdas.ts";

function method(changes: Partial<MockMethodProperties["Integration"]> = {}): MockMethodProperties {
  const described = {
    StatusCode: "200",
    ResponseParameters: { "method.response.header.Cache-Control": "'max-age=3600'" },
    ResponseTemplates: { "application/json": '{"resource":"https://api.example.com"}' },
  };
  return {
    Integration: {
      Type: "MOCK",
      RequestTemplates: { "application/json": '{"statusCode": 200}' },
      IntegrationResponses: [described],
      ...changes,
    },
  };
}

describe("a MOCK integration", () => {
  it("answers what the template says, and asks neither an authorizer nor a Lambda", async () => {
    const openRoutes = { "GET /described": mockIntegration(method()) };
    const api = restApi({ type: "request", authorizer: throwing("asked"), routes: {}, openRoutes });
    const response = await api.fetch("/described");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("cache-control")).toBe("max-age=3600");
    expect(await response.json()).toEqual({ resource: "https://api.example.com" });
  });

  it.each([
    ["another type", { Type: "AWS_PROXY" }, "this supports MOCK"],
    ["no request template", { RequestTemplates: {} }, "or the gateway answers 500"],
    ["no response for its status", { IntegrationResponses: [] }, "no IntegrationResponse for the status 200"],
    [
      "variables in its response",
      {
        IntegrationResponses: [
          { StatusCode: 200, ResponseTemplates: { "application/json": "$context.stage" } },
        ],
      },
      "not supported by this fake",
    ],
    [
      "a header from the request",
      {
        IntegrationResponses: [
          {
            StatusCode: 200,
            ResponseParameters: { "method.response.header.X": "integration.response.header.X" },
          },
        ],
      },
      "not supported by this fake: method.response.header.X",
    ],
  ])("with %s is refused when the test starts", (_, changes, message) => {
    expect(() => mockIntegration(method(changes))).toThrow(message);
  });
});
