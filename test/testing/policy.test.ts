import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  evaluatePolicy,
  parsePolicy,
  type Evaluation,
} from "../../src/testing/gateway/authorization/policy.ts";
import { secondOpinion } from "./second-opinion.ts";

const NOON = Date.UTC(2026, 10, 22, 12, 0, 0);
const NUM_RUNS = Number(process.env["FUZZ_RUNS"] ?? 2000);
const STAGE = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod";

function evaluate(statements: readonly object[], arn = `${STAGE}/GET/whoami`, time = NOON): Evaluation {
  const parsed = parsePolicy({ Version: "2012-10-17", Statement: statements });
  if (parsed === undefined) throw new Error("not a policy");
  return evaluatePolicy(parsed, arn, time);
}

function statement(resource: unknown, effect = "Allow", condition?: object): object {
  const base = { Effect: effect, Action: "execute-api:Invoke", Resource: resource };
  return condition === undefined ? base : { ...base, Condition: condition };
}

function from(time: string): object {
  return { DateGreaterThanEquals: { "aws:CurrentTime": time } };
}

describe("the resource of a statement", () => {
  it.each([
    { resource: "*", what: "everything" },
    { resource: `${STAGE}/*`, what: "the whole stage" },
    { resource: `${STAGE}/GET/*`, what: "a method" },
    { resource: `${STAGE}/G?T/who*`, what: "? as one character" },
    { resource: "arn:aws:execute-api:*:*:*", what: "any API" },
    { resource: "arn:aws:execute-api:*:*:*/prod/GET/whoami", what: "any API's route" },
    { resource: [`${STAGE}/POST/*`, `${STAGE}/GET/whoami`], what: "one of several" },
  ])("covers $what with $resource", ({ resource }) => {
    expect(evaluate([statement(resource)])).toBe("allow");
  });

  it.each([
    [`${STAGE}/POST/*`, "another method"],
    [`${STAGE.replace("prod", "dev")}/*`, "another stage"],
    [`${STAGE.replace("aws", "aws-cn")}/*`, "another partition"],
    [`${STAGE}/GET/who?`, "? as several characters"],
    [`${STAGE}/GET`, "a beginning"],
    [`${STAGE}/GET/whoam.`, "a dot as any character"],
  ])("%j does not: %s", (resource) => {
    expect(evaluate([statement(resource)])).toBe("implicit-deny");
  });

  it("spans slashes and colons of the path with its `*`", () => {
    expect(evaluate([statement(`${STAGE}/*`)], `${STAGE}/GET/a/b:c/d`)).toBe("allow");
  });

  it("takes wildcards in a path for themselves", () => {
    expect(evaluate([statement(`${STAGE}/GET/users/1`)], `${STAGE}/GET/users/*`)).toBe("implicit-deny");
  });
});

describe("a policy", () => {
  it("denies where both effects apply, whatever their order", () => {
    const both = [statement("*"), statement("*", "Deny")];
    expect([evaluate(both), evaluate(both.reverse())]).toEqual(["explicit-deny", "explicit-deny"]);
  });

  it("ignores a Deny that does not apply yet, and applies it from its second on", () => {
    const ending = [statement("*"), statement("*", "Deny", from("2026-11-22T12:00:00Z"))];
    expect(evaluate(ending, undefined, NOON - 1)).toBe("allow");
    expect(evaluate(ending, undefined, NOON)).toBe("explicit-deny");
  });

  it("needs every condition, with one of its values", () => {
    const past = { "aws:CurrentTime": ["2030-01-01T00:00:00Z", "2020-01-01T00:00:00Z"] };
    const later = { "aws:EpochTime": "1900000000" };
    expect(evaluate([statement("*", "Allow", { DateGreaterThan: past })])).toBe("allow");
    const both = { DateGreaterThan: past, NumericGreaterThan: later };
    expect(evaluate([statement("*", "Allow", both)])).toBe("implicit-deny");
  });

  it("does not guess at conditions that are not about the time", () => {
    const address = { IpAddress: { "aws:SourceIp": "203.0.113.0/24" } };
    expect(() => evaluate([statement("*", "Allow", address)])).toThrow("IpAddress on aws:SourceIp");
  });

  it.each([
    ["no statement", { Statement: [] }],
    ["a misspelled effect", { Statement: [{ ...statement("*"), Effect: "allow" }] }],
    ["no resource", { Statement: [{ Effect: "Allow", Action: "*" }] }],
    ["null for conditions", { Statement: [{ ...statement("*"), Condition: null }] }],
    ["a resource of 513 characters", { Statement: [statement("a".repeat(513))] }],
    ["nothing at all", null],
  ])("is invalid with %s", (_, document) => {
    expect(parsePolicy(document)).toBeUndefined();
  });
});

/** Few enough values that policies, methods and times meet. */
const part = (...values: string[]): fc.Arbitrary<string> => fc.constantFrom(...values);
const arns = fc
  .tuple(
    part("eu-central-1", "us-east-1"),
    part("a1b2c3d4e5", "zzzzzzzzzz"),
    part("prod", "dev", "$default"),
    part("GET", "POST"),
    part("whoami", "users/7", "users/7/name", "a:b", "a.b", "a+(b)"),
  )
  .map(([region, api, stage, method, path]) =>
    ["arn:aws:execute-api", region, "123456789012", `${api}/${stage}/${method}/${path}`].join(":"),
  );

/**
 * An ARN with a run of characters replaced by a wildcard, so that it often matches. Not in the API's identifier:
 * the other evaluator takes that for a type of resource, where IAM has no wildcards, though API Gateway has.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
 */
const resources = fc.oneof(
  fc.constantFrom(
    "*",
    "arn:aws:execute-api:*:*:*",
    "arn:aws:execute-api:*",
    `${STAGE}/*`,
    `${STAGE}/*/users/?`,
  ),
  fc
    .tuple(arns, fc.constantFrom("region", "path"), fc.nat(12), fc.nat(12), fc.constantFrom("*", "?", ""))
    .map(([arn, place, offset, length, wildcard]) => {
      const region = "arn:aws:execute-api:".length;
      const start = place === "region" ? region + (offset % 9) : arn.indexOf("/") + 1 + offset;
      const end = start + (wildcard === "?" ? 1 : length);
      return arn.slice(0, start) + wildcard + arn.slice(place === "region" ? Math.min(end, region + 9) : end);
    }),
);
const times = fc.integer({ min: -3, max: 3 }).map((seconds) => NOON + seconds * 1000);
const conditions = fc
  .tuple(
    fc.constantFrom("", "Not", "LessThan", "GreaterThan"),
    fc.boolean(),
    fc.boolean(),
    fc.array(times, { minLength: 1, maxLength: 2 }),
  )
  .map(([comparison, orEqual, epoch, values]) => {
    const suffix = comparison === "" || comparison === "Not" || orEqual ? "Equals" : "";
    const written = values.map((value) =>
      epoch ? String(value / 1000) : new Date(value).toISOString().replace(".000Z", "Z"),
    );
    const key = epoch ? "aws:EpochTime" : "aws:CurrentTime";
    return { [`${epoch ? "Numeric" : "Date"}${comparison}${suffix}`]: { [key]: written } };
  });
const statements = fc
  .tuple(
    fc.constantFrom("Allow", "Allow", "Deny"),
    fc.constantFrom(
      "execute-api:Invoke",
      "execute-api:*",
      "EXECUTE-API:invoke",
      "execute-api:ManageConnections",
    ),
    fc.array(resources, { minLength: 1, maxLength: 3 }),
    fc.option(conditions, { nil: undefined }),
  )
  .map(([effect, action, resource, condition]) => ({
    Effect: effect,
    Action: action,
    Resource: resource,
    ...(condition && { Condition: condition }),
  }));

it("agrees with an independent evaluator of IAM policies", async () => {
  const seen = new Set<Evaluation>();
  const policies = fc.array(statements, { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(policies, arns, times, async (policy, arn, time) => {
      const ours = evaluate(policy, arn, time);
      seen.add(ours);
      expect(ours).toBe(await secondOpinion(policy, arn, time));
    }),
    { numRuns: NUM_RUNS },
  );
  expect(seen).toEqual(new Set(["allow", "explicit-deny", "implicit-deny"]));
});
