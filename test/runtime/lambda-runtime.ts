import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, dirname } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const PROJECT = new URL("../../", import.meta.url);
const BUNDLE = fileURLToPath(new URL("dist/authorizer.cjs", PROJECT));
/** Lambda's own runtime client, which `npm run test:all -- runtimes` installs. */
export const RUNTIME_CLIENT = fileURLToPath(
  new URL("test/runtimes/node_modules/aws-lambda-ric/index.mjs", PROJECT),
);
const NATIVE_STAND_IN = fileURLToPath(new URL("rapid-client.cjs", import.meta.url));

/** The Node.js that Lambda runs, where `npm run test:all -- runtimes` found one for this platform. */
export function nodeBinary(version: 22 | 24): string | undefined {
  const name = `node${version}-${process.platform}-${process.arch}`;
  const path = fileURLToPath(new URL(`test/runtimes/node_modules/${name}/bin/node`, PROJECT));
  return existsSync(path) ? path : undefined;
}

/** What Lambda tells the runtime client of a bundle's function, and where its Runtime API is. */
export function lambdaEnvironment(bundle: string, port: number): Readonly<Record<string, string>> {
  return {
    _HANDLER: `${basename(bundle, ".cjs")}.handler`,
    LAMBDA_TASK_ROOT: dirname(bundle),
    AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
    AWS_LAMBDA_FUNCTION_NAME: "authorizer",
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
    AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/authorizer",
    AWS_LAMBDA_LOG_STREAM_NAME: "2026/11/22/[$LATEST]0",
    AWS_REGION: "eu-central-1",
  };
}

interface Invocation {
  readonly event: object;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A function in Lambda's own runtime client, fed by a Runtime API on loopback.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class LambdaRuntime {
  /** What the function printed. */
  output = "";
  readonly #server: Server;
  readonly #invocations: Invocation[] = [];
  readonly #initialised: { fail: (error: Error) => void; readonly failure: Promise<never> };
  #process: ChildProcess | undefined;
  #waiting: ServerResponse | undefined;
  #current: Invocation | undefined;

  private constructor(server: Server) {
    this.#server = server;
    let fail: (error: Error) => void = () => undefined;
    const failure = new Promise<never>((_, reject) => (fail = reject));
    failure.catch(() => undefined);
    this.#initialised = { fail, failure };
  }

  static async start(node: string, environment: Readonly<Record<string, string>>): Promise<LambdaRuntime> {
    const server = createServer();
    await once(server.listen(0, "127.0.0.1"), "listening");
    const runtime = new LambdaRuntime(server);
    server.on("request", (request, response) => void runtime.#serve(request, response));
    runtime.#spawn(node, environment);
    return runtime;
  }

  /**
   * Calls the function.
   *
   * @throws Error with the message that API Gateway would see, or with what the function said when it could not start
   */
  invoke(event: object): Promise<unknown> {
    const answer = new Promise((resolve, reject) => this.#invocations.push({ event, resolve, reject }));
    this.#next();
    return Promise.race([answer, this.#initialised.failure]);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    if (this.#process?.exitCode === null && this.#process.kill("SIGKILL")) await once(this.#process, "exit");
  }

  #spawn(node: string, environment: Readonly<Record<string, string>>): void {
    const { port } = this.#server.address() as AddressInfo;
    this.#process = spawn(node, ["--require", NATIVE_STAND_IN, RUNTIME_CLIENT], {
      env: { ...lambdaEnvironment(BUNDLE, port), ...environment },
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding("utf8").on("data", (chunk: string) => (this.output += chunk));
    }
    this.#process.on("exit", (code) => {
      this.#initialised.fail(new Error(`the runtime ended with ${String(code)}: ${this.output}`));
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.replace("/2018-06-01/runtime", "");
    if (path === "/invocation/next") {
      this.#waiting = response;
      this.#next();
      return;
    }
    const body: unknown = JSON.parse(await text(request));
    response.writeHead(202).end();
    if (path?.endsWith("/response")) this.#current?.resolve(body);
    else if (path === "/init/error") this.#initialised.fail(errorOf(body));
    else this.#current?.reject(errorOf(body));
  }

  #next(): void {
    const invocation = this.#waiting && this.#invocations.shift();
    if (this.#waiting === undefined || invocation === undefined) return;
    this.#current = invocation;
    this.#waiting
      .writeHead(200, {
        "Lambda-Runtime-Aws-Request-Id": crypto.randomUUID(),
        "Lambda-Runtime-Deadline-Ms": String(Date.now() + 8000),
        "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-central-1:123456789012:function:authorizer",
      })
      .end(JSON.stringify(invocation.event));
    this.#waiting = undefined;
  }
}

function errorOf(body: unknown): Error {
  const { errorMessage } = body as { errorMessage: string };
  return new Error(errorMessage);
}
