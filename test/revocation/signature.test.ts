import { createHash, createHmac, type BinaryLike } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { describe, expect, test } from "@jest/globals";
import { signedRequest, type AwsEnvironment } from "../../src/revocation/dynamodb.ts";

const NOW = Date.UTC(2026, 10, 24, 15, 4, 5, 678);
const KEYS = {
  AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};

/** What AWS's own SDK takes for a hash. */
class Sha256 {
  readonly #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: unknown) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret as BinaryLike);
  }

  update(data: unknown): void {
    this.#hash.update(data as BinaryLike);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
}

const REQUESTS: readonly (readonly [string, AwsEnvironment, string])[] = [
  ["a BatchGetItem", { AWS_REGION: "eu-central-1" }, '{"TableName":"revocations"}'],
  [
    "a session's credentials, as Lambda has them",
    { AWS_REGION: "us-east-1", AWS_SESSION_TOKEN: "FwoGZXIvYXdz+/=" },
    "{}",
  ],
  ["a body that is not ASCII", { AWS_REGION: "eu-central-1" }, '{"value":"auth0|jürgen 🚪"}'],
  ["China", { AWS_REGION: "cn-north-1" }, "{}"],
  [
    "another endpoint with a port",
    { AWS_REGION: "eu-central-1", AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:8000" },
    "{}",
  ],
  [
    "another endpoint with a path",
    { AWS_REGION: "eu-central-1", AWS_ENDPOINT_URL_DYNAMODB: "https://vpce.example/a b/c" },
    "{}",
  ],
  ["the region of AWS_DEFAULT_REGION", { AWS_DEFAULT_REGION: "ap-south-1" }, "{}"],
  ["Europe's sovereign cloud", { AWS_REGION: "eusc-de-east-1" }, "{}"],
  [
    "empty variables beside others",
    { AWS_REGION: " ", AWS_DEFAULT_REGION: "eu-west-1", AWS_SESSION_TOKEN: "" },
    "{}",
  ],
];

describe("a request is signed as AWS's own SDK signs it", () => {
  test.each(REQUESTS)("%s", async (_, variables, body) => {
    const env = { ...KEYS, ...variables };
    const request = signedRequest("BatchGetItem", body, { env, clock: () => NOW });
    const { Authorization, "X-Amz-Security-Token": token, ...headers } = request.headers;
    const url = new URL(request.url);
    const signer = new SignatureV4({
      service: "dynamodb",
      region: [variables["AWS_REGION"], variables["AWS_DEFAULT_REGION"]].find((name) => name?.trim()) ?? "",
      credentials: {
        accessKeyId: KEYS.AWS_ACCESS_KEY_ID,
        secretAccessKey: KEYS.AWS_SECRET_ACCESS_KEY,
        ...(variables["AWS_SESSION_TOKEN"] && { sessionToken: variables["AWS_SESSION_TOKEN"] }),
      },
      sha256: Sha256,
      applyChecksum: false,
    });
    const { protocol, hostname, pathname } = url;
    const theirs = await signer.sign(
      { method: "POST", protocol, hostname, path: pathname, query: {}, headers, body },
      { signingDate: new Date(NOW) },
    );
    expect(Authorization).toBe(theirs.headers["authorization"]);
    expect(token).toBe(variables["AWS_SESSION_TOKEN"] === "" ? undefined : variables["AWS_SESSION_TOKEN"]);
  });

  test("and a wrong one would be noticed", () => {
    const sign = (AWS_SECRET_ACCESS_KEY: string): string | undefined =>
      signedRequest("BatchGetItem", "{}", {
        env: { ...KEYS, AWS_REGION: "eu-central-1", AWS_SECRET_ACCESS_KEY },
        clock: () => NOW,
      }).headers["Authorization"];
    expect(sign("a")).not.toBe(sign("b"));
  });
});

describe("a request goes to", () => {
  test.each([
    ["https://dynamodb.eu-central-1.amazonaws.com/", { AWS_REGION: "eu-central-1" }],
    ["https://dynamodb.us-gov-west-1.amazonaws.com/", { AWS_REGION: "us-gov-west-1" }],
    ["https://dynamodb.cn-north-1.amazonaws.com.cn/", { AWS_REGION: "cn-north-1" }],
    ["https://dynamodb.us-iso-east-1.c2s.ic.gov/", { AWS_REGION: "us-iso-east-1" }],
    ["https://dynamodb.us-isob-east-1.sc2s.sgov.gov/", { AWS_REGION: "us-isob-east-1" }],
    ["https://dynamodb.eu-isoe-west-1.cloud.adc-e.uk/", { AWS_REGION: "eu-isoe-west-1" }],
    ["https://dynamodb.us-isof-south-1.csp.hci.ic.gov/", { AWS_REGION: "us-isof-south-1" }],
    ["https://dynamodb.eusc-de-east-1.amazonaws.eu/", { AWS_REGION: "eusc-de-east-1" }],
    ["https://dynamodb.xx-new-1.amazonaws.com/", { AWS_REGION: "xx-new-1" }],
    [
      "http://127.0.0.1:8000/",
      {
        AWS_REGION: "eu-central-1",
        AWS_ENDPOINT_URL: "http://127.0.0.1:8000",
        AWS_ENDPOINT_URL_DYNAMODB: " ",
      },
    ],
    [
      "http://127.0.0.1:8000/",
      {
        AWS_REGION: "eu-central-1",
        AWS_ENDPOINT_URL: "http://127.0.0.1:9000",
        AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:8000",
      },
    ],
    [
      "https://dynamodb.eu-west-1.amazonaws.com/",
      { AWS_REGION: "", AWS_DEFAULT_REGION: "eu-west-1", AWS_ENDPOINT_URL: "" },
    ],
    [
      "http://127.0.0.1:8000/",
      { AWS_REGION: "eu-central-1", AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:8000" },
    ],
  ])("%s", (url, variables) => {
    const request = signedRequest("UpdateItem", "{}", { env: { ...KEYS, ...variables }, clock: () => NOW });
    expect(request.url).toBe(url);
    expect(request.headers).toMatchObject({
      host: new URL(url).host,
      "content-type": "application/x-amz-json-1.0",
      "x-amz-date": "20261124T150405Z",
      "x-amz-target": "DynamoDB_20120810.UpdateItem",
    });
  });

  test.each([
    ["AWS_REGION is not set", { ...KEYS }],
    ["AWS_REGION is not set", { ...KEYS, AWS_REGION: " ", AWS_DEFAULT_REGION: "" }],
    ["AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set", { AWS_REGION: "eu-central-1" }],
    [
      "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set",
      { AWS_REGION: "eu-central-1", AWS_ACCESS_KEY_ID: "AKIDEXAMPLE" },
    ],
  ])("nowhere where %s", (message, env) => {
    expect(() => signedRequest("BatchGetItem", "{}", { env, clock: () => NOW })).toThrow(message);
  });
});
