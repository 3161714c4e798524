import { describe, expect, test } from "@jest/globals";
import { readStageRules } from "../../src/apigateway/stage-variables.ts";

const RULES = {
  shared: false,
  clientIds: ["WebApp"],
  audiences: ["https://orders.acme.com/", "https://billing.acme.com/"],
};
const SHARED = { ...RULES, shared: true };

const withVariables = (stageVariables: unknown): object => ({ stageVariables });

describe("the stage variables of an API", () => {
  test.each([undefined, null, {}, { other: "x" }])("ask for nothing if they are %j", (stageVariables) => {
    expect(readStageRules(withVariables(stageVariables), RULES)).toEqual({
      audiences: undefined,
      permissions: [],
    });
  });

  test("narrow which audiences and applications count", () => {
    const event = withVariables({
      auth0Audiences: "https://orders.acme.com/, WebApp",
      auth0Permissions: "a:b,c",
    });
    for (const rules of [RULES, SHARED])
      expect(readStageRules(event, rules)).toEqual({
        audiences: ["https://orders.acme.com/", "WebApp"],
        permissions: ["a:b", "c"],
      });
  });

  test.each([
    ["an audience that no setting has", { auth0Audiences: "https://orders.acme.com/,https://evil.example/" }],
    ["nothing", { auth0Audiences: "" }],
    ["an empty item", { auth0Audiences: "WebApp,,https://orders.acme.com/" }],
    ["no string", { auth0Audiences: 7 }],
  ])("are an error with %s", (_what, stageVariables) => {
    for (const rules of [RULES, SHARED])
      expect(() => readStageRules(withVariables(stageVariables), rules)).toThrow(
        "stage_variable_invalid: auth0Audiences",
      );
  });

  test.each(["", "a,", 7, null])(
    "are an error with permissions that cannot be read: %j",
    (auth0Permissions) => {
      expect(() => readStageRules(withVariables({ auth0Permissions }), RULES)).toThrow(
        "stage_variable_invalid: auth0Permissions",
      );
    },
  );

  test("ask for no permission if they only narrow the audiences", () => {
    const event = withVariables({ auth0Audiences: "WebApp" });
    for (const rules of [RULES, SHARED])
      expect(readStageRules(event, rules)).toEqual({ audiences: ["WebApp"], permissions: [] });
  });

  test("ask for permissions, and leave the audiences as they are, if they only name permissions", () => {
    const event = withVariables({ auth0Permissions: "a" });
    expect(readStageRules(event, RULES)).toEqual({ audiences: undefined, permissions: ["a"] });
  });

  test.each([undefined, null, {}, { auth0Permissions: "a" }])(
    "must name audiences for a shared authorizer: %j",
    (stageVariables) => {
      expect(() => readStageRules(withVariables(stageVariables), SHARED)).toThrow(
        "stage_variable_invalid: auth0Audiences",
      );
    },
  );

  test("cannot be inherited", () => {
    const event = withVariables(Object.create({ auth0Audiences: "WebApp" }));
    expect(() => readStageRules(event, SHARED)).toThrow("stage_variable_invalid");
  });
});
