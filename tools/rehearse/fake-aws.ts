import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Buckets } from "./buckets.ts";
import { Stacks } from "./stacks.ts";
import { elements, failure, xml, type Answer } from "./xml.ts";

/** As much of STS, CloudFormation and S3 as a deployment of this service uses, on loopback and in memory. */
export interface FakeAws {
  readonly endpoint: string;
  readonly stacks: Stacks;
  readonly buckets: Buckets;
  /** What was asked for, in order, such as `cloudformation CreateStack`. */
  readonly calls: readonly string[];
  close(): Promise<void>;
}

/** An IP address in the endpoint makes the clients of S3 write the bucket into the path. */
export async function startFakeAws(): Promise<FakeAws> {
  const buckets = new Buckets();
  const stacks = new Stacks(buckets);
  const calls: string[] = [];
  const server = createServer((request, response) => {
    void answer(request, { stacks, buckets, calls }).then(({ status = 200, headers, body }) =>
      response.writeHead(status, headers).end(body),
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${port}`, stacks, buckets, calls, close: () => close(server) };
}

const CALLER = {
  Account: "123456789012",
  Arn: "arn:aws:iam::123456789012:user/rehearsal",
  UserId: "rehearsal",
};
/** Serverless asks whether code changed, and whether there are images to remove. No is always a good answer. */
const ABSENCES: Readonly<Record<string, string>> = {
  lambda: "ResourceNotFoundException",
  ecr: "RepositoryNotFoundException",
};

interface Services {
  readonly stacks: Stacks;
  readonly buckets: Buckets;
  readonly calls: string[];
}

async function answer(request: IncomingMessage, { stacks, buckets, calls }: Services): Promise<Answer> {
  const url = new URL(request.url ?? "/", "http://aws.local");
  const body = Buffer.concat((await request.toArray()) as Buffer[]);
  const service = serviceOf(request);
  if (service === "s3") {
    calls.push(`s3 ${request.method ?? ""} ${/^\/[^/]+\/?$/.test(url.pathname) ? "bucket" : "object"}`);
    return buckets.answer({ method: request.method ?? "GET", url, body });
  }
  const parameters = new URLSearchParams(body.toString());
  calls.push(`${service} ${parameters.get("Action") ?? url.pathname}`);
  if (service === "sts") return xml("GetCallerIdentity", elements(CALLER));
  if (service === "cloudformation") return stacks.answer(parameters);
  const absence = ABSENCES[service];
  if (absence !== undefined) return { status: 404, headers: { "x-amzn-errortype": absence }, body: "{}" };
  return failure("NotSupported", `${service} is not supported by this fake`, 501);
}

/** The name of the service in the signature: `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request`. */
function serviceOf({ headers: { authorization = "" } }: IncomingMessage): string {
  return /Credential=[^/]*\/[^/]*\/[^/]*\/([^/]*)\//.exec(authorization)?.[1] ?? "unknown";
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await once(server.close(), "close");
}
