import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { lambdaEnvironment, RUNTIME_CLIENT } from "../test/runtime/lambda-runtime.ts";
import { bundlePath } from "./builds.ts";
import type { Starter } from "./cold.ts";
import type { Runtime } from "./probe.ts";

const NATIVE_STAND_IN = fileURLToPath(new URL("probes/rapid-client.cjs", import.meta.url));
const API = "/2018-06-01/runtime";

/** What one execution environment of Lambda does. */
export interface Life {
  /** Milliseconds from the start of the process until it asks for the first event. */
  readonly initMs: number;
  /** Milliseconds of init and of the first invocation together. */
  readonly firstAnswerMs: number;
  /** Microseconds from an event to its answer, the median of the invocations after warming up. */
  readonly invocationMicroseconds: number;
}

/**
 * Lambda's own runtime client with a function in it, fed by a Runtime API on loopback.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export async function live(
  runtime: Runtime,
  { bundle, environment }: Starter,
  events: readonly string[],
): Promise<Life> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const startedAt = performance.now();
  const child = spawnRuntime(runtime, bundle, { ...environment }, (server.address() as AddressInfo).port);
  try {
    const times = await serve(server, child, events, startedAt);
    const [initMs = NaN, ...invocations] = times;
    const [firstMs = NaN] = invocations;
    const warm = invocations.slice(invocations.length / 3).sort((a, b) => a - b);
    return {
      initMs,
      firstAnswerMs: initMs + firstMs,
      invocationMicroseconds: (warm[Math.floor(warm.length / 2)] ?? NaN) * 1000,
    };
  } finally {
    child.kill("SIGKILL");
    server.closeAllConnections();
    server.close();
  }
}

function spawnRuntime(
  { node }: Runtime,
  bundle: string,
  environment: NodeJS.ProcessEnv,
  port: number,
): ChildProcess {
  const child = spawn(node, ["--require", NATIVE_STAND_IN, RUNTIME_CLIENT], {
    env: { ...environment, ...lambdaEnvironment(bundlePath(bundle), port) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  child.stdout.resume();
  return child;
}

/** Milliseconds: until the first event is asked for, then from each event to its answer. */
function serve(
  server: Server,
  child: ChildProcess,
  events: readonly string[],
  startedAt: number,
): Promise<readonly number[]> {
  const times: number[] = [];
  let sentAt = startedAt;
  return new Promise((resolve, reject) => {
    child.on("exit", (code) => reject(new Error(`the runtime ended with ${String(code)}`)));
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      if (request.url === `${API}/invocation/next`) {
        if (times.length === 0) times.push(performance.now() - startedAt);
        sentAt = performance.now();
        send(response, events[times.length - 1]);
      } else if (request.url?.endsWith("/response") === true) {
        times.push(performance.now() - sentAt);
        request.resume().on("end", () => response.writeHead(202).end());
        if (times.length > events.length) resolve(times);
      } else reject(new Error(`the function failed: ${request.url ?? ""}`));
    });
  });
}

/** Where no event is left the function waits for ever, until it is ended. */
function send(response: ServerResponse, event: string | undefined): void {
  if (event === undefined) return;
  response
    .writeHead(200, {
      "Lambda-Runtime-Aws-Request-Id": crypto.randomUUID(),
      "Lambda-Runtime-Deadline-Ms": String(Date.now() + 10_000),
      "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-central-1:123456789012:function:authorizer",
    })
    .end(event);
}
