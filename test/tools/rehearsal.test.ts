import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { startFakeAws, type FakeAws } from "../../tools/rehearse/fake-aws.ts";
import { pluginExample, serverless, serverlessIn } from "../../tools/rehearse/rehearse.ts";
import { zipEntries } from "../infra/zip-entries.ts";
import { codeFiles } from "../../src/deploy/package/function-files.ts";

const STACK = "auth0-authorizer-rehearsal";
const BUCKET = `${STACK}-serverlessdeploymentbucket`;

let aws: FakeAws;
beforeAll(async () => (aws = await startFakeAws()));
afterAll(() => aws.close());

test("a stage is deployed, and removed without a trace, with no credentials", async () => {
  await serverless(aws, "deploy");
  const stack = aws.stacks.find(STACK);
  expect(stack?.status).toBe("UPDATE_COMPLETE");
  const { S3Bucket, S3Key } = stack?.template.Resources["Auth0LambdaFunction"]?.Properties?.["Code"] as {
    S3Bucket: unknown;
    S3Key: string;
  };
  expect(S3Bucket).toEqual({ Ref: "ServerlessDeploymentBucket" });
  const zip = aws.buckets.objects(BUCKET).get(S3Key) ?? Buffer.alloc(0);
  expect(zipEntries(zip).sort()).toEqual(codeFiles("dist"));
  expect(aws.calls.filter((call) => call.startsWith("sts"))).toEqual(["sts GetCallerIdentity"]);

  await serverless(aws, "remove");
  expect(aws.stacks.find(STACK)).toBeUndefined();
  expect(aws.buckets.objects(BUCKET).size).toBe(0);
  expect(aws.calls).toContain("cloudformation DeleteStack");
});

test("a service with the plugin is deployed, with the authorizer in a zip of its own, and removed", async () => {
  const folder = pluginExample();
  try {
    await serverlessIn(folder, aws, "deploy");
    const resources = aws.stacks.find("plugin-example-rehearsal")?.template.Resources;
    const { S3Key } = resources?.["Auth0LambdaFunction"]?.Properties?.["Code"] as { S3Key: string };
    const objects = aws.buckets.objects("plugin-example-rehearsal-serverlessdeploymentbucket");
    expect(zipEntries(objects.get(S3Key) ?? Buffer.alloc(0))).toEqual(codeFiles("dist"));
    await serverlessIn(folder, aws, "remove");
    expect(aws.stacks.find("plugin-example-rehearsal")).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the fake does not know what it was not taught", async () => {
  const url = `${aws.endpoint}/`;
  const headers = { authorization: "AWS4-HMAC-SHA256 Credential=K/20261122/eu-central-1/iam/aws4_request" };
  const response = await fetch(url, { method: "POST", headers, body: "Action=CreateUser" });
  expect(response.status).toBe(501);
  expect(aws.calls.at(-1)).toBe("iam CreateUser");
});
