import { expect, test } from "@jest/globals";
import { createPolicy, createStatement } from "../../src/apigateway/policy.ts";

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html */
test("a policy allows or denies the one action of API Gateway, in the version of policies that has conditions", () => {
  const statements = [createStatement("Allow", "arn:a/*"), createStatement("Deny", "arn:a/GET/x")];
  expect(createPolicy("auth0|alice", statements, { sub: "auth0|alice" })).toEqual({
    principalId: "auth0|alice",
    policyDocument: {
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Action: "execute-api:Invoke", Resource: "arn:a/*" },
        { Effect: "Deny", Action: "execute-api:Invoke", Resource: "arn:a/GET/x" },
      ],
    },
    context: { sub: "auth0|alice" },
  });
});
