import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseStageArn, toStageArn } from "../../src/apigateway/stage-arn.ts";
import { outcomeOf } from "../tokens.ts";

const STAGE = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod";

describe("the stage's ARN", () => {
  test.each([
    ["a method", `${STAGE}/GET/whoami`],
    ["a route with colons, wildcards and slashes", `${STAGE}/GET/a:b/*/?/../../x//`],
    ["a route with encoded slashes", `${STAGE}/GET/%2e%2e%2f%2a`],
    ["a route of 2,000 characters", `${STAGE}/GET/${"x".repeat(2000)}`],
    ["a route with lines", `${STAGE}/GET/a\nb`],
    ["the stage alone", STAGE],
    ["the stage and a slash", `${STAGE}/`],
  ])("is the same for %s", (_, arn) => {
    expect(toStageArn(arn)).toBe(`${STAGE}/*`);
  });

  test.each([
    ["China", "arn:aws-cn:execute-api:cn-north-1:123456789012:a1/prod"],
    ["GovCloud", "arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:a1/prod"],
    ["the default stage of an HTTP API", "arn:aws:execute-api:eu-west-1:123456789012:a1/$default"],
    ["a stage with every allowed sign", "arn:aws:execute-api:eu-west-1:123456789012:a1/Pre-prod_2"],
    ["serverless-offline", "arn:aws:execute-api:us-east-1:random-account-id:random-api-id/dev"],
  ])("is known in %s", (_, stage) => {
    expect(toStageArn(`${stage}/GET/a/b`)).toBe(`${stage}/*`);
    expect(toStageArn(`${stage}/$connect`)).toBe(`${stage}/*`);
  });

  test.each([
    ["is empty", ""],
    ["has no stage", "arn:aws:execute-api:eu-central-1:123456789012:a1"],
    ["has an empty stage", "arn:aws:execute-api:eu-central-1:123456789012:a1//GET/x"],
    ["has an empty API", "arn:aws:execute-api:eu-central-1:123456789012:/prod/GET"],
    ["has an empty account", "arn:aws:execute-api:eu-central-1::a1/prod/GET"],
    ["has an empty region", "arn:aws:execute-api::123456789012:a1/prod/GET"],
    ["has an empty partition", "arn::execute-api:eu-central-1:123456789012:a1/prod/GET"],
    ["has a wildcard for an API", "arn:aws:execute-api:eu-central-1:123456789012:*/prod/GET"],
    ["has a wildcard for a stage", "arn:aws:execute-api:eu-central-1:123456789012:a1/*/GET"],
    ["has a wildcard within the stage", "arn:aws:execute-api:eu-central-1:123456789012:a1/pr?d/GET"],
    ["has a wildcard for a region", "arn:aws:execute-api:*:123456789012:a1/prod/GET"],
    ["has a wildcard for an account", "arn:aws:execute-api:eu-central-1:*:a1/prod/GET"],
    ["has a wildcard for a partition", "arn:*:execute-api:eu-central-1:123456789012:a1/prod/GET"],
    ["has a policy variable", "arn:aws:execute-api:eu-central-1:123456789012:a1/${aws:username}/GET"],
    ["has a policy variable without a colon", "arn:aws:execute-api:eu-central-1:123456789012:a1/${*}/GET"],
    ["is of another service", "arn:aws:lambda:eu-central-1:123456789012:a1/prod/GET"],
    ["has a part too many", "arn:aws:execute-api:eu-central-1:123456789012:a1:a2/prod/GET"],
    ["has a part too few", "arn:aws:execute-api:eu-central-1:a1/prod/GET"],
    ["has something in front", "x arn:aws:execute-api:eu-central-1:123456789012:a1/prod/GET"],
    ["has a line behind its stage", "arn:aws:execute-api:eu-central-1:123456789012:a1/prod\n/GET"],
    ["has a space in it", "arn:aws:execute-api:eu central:123456789012:a1/prod/GET"],
  ])("is not to be had from an ARN that %s", (_, arn) => {
    expect(outcomeOf(() => toStageArn(arn))).toBe("unsupported_event: the method ARN is not of an API");
  });

  test("depends on the API and its stage alone, whatever the path is", () => {
    const partition = fc.constantFrom("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-eusc");
    const stage = fc.constantFrom("prod", "$default", "v1-2_x");
    const path = fc.oneof(fc.webPath(), fc.string({ unit: "binary", maxLength: 2000 }));
    fc.assert(
      fc.property(partition, stage, path, (partition, stage, path) => {
        const expected = `arn:${partition}:execute-api:eu-west-1:123456789012:a1/${stage}`;
        expect(toStageArn(`${expected}/GET/${path}`)).toBe(`${expected}/*`);
      }),
      { numRuns: 1000 },
    );
  });

  test("never has a wildcard but the one at its end", () => {
    const piece = fc.constantFrom(
      "arn",
      "aws",
      ":",
      "/",
      "*",
      "?",
      "execute-api",
      "a1",
      "$",
      "{",
      "}",
      "\n",
      " ",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const text = `arn:aws:execute-api:eu-west-1:1:${pieces.join("")}`;
        const answer = outcomeOf(() => expect(toStageArn(text)).toMatch(/^[^*?{}\s]+\/\*$/));
        expect(["accepted", "unsupported_event: the method ARN is not of an API"]).toContain(answer);
      }),
      { numRuns: 2000 },
    );
  });
});

test("its API and its stage", () => {
  const arn = toStageArn("arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/$default/GET/x:y/z");
  expect(parseStageArn(arn)).toEqual({ apiId: "a1b2c3d4e5", stage: "$default" });
});
