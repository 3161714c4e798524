import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { createAuthorizer } from "../src/authorizer/create-authorizer.ts";
import { settingsFromEnvironment } from "../src/settings/settings.ts";
import type { RoutedApi } from "../src/testing/gateway/api-options.ts";
import { httpApi } from "../src/testing/gateway/http-api.ts";
import { restApi } from "../src/testing/gateway/rest-api.ts";
import { stopChild } from "./child-process.ts";
import { ROLES_CLAIM } from "./tenant/directory.ts";

export interface HostedPythonOptions {
  /** Of an authorizer for the tenant, by environment variable. */
  readonly settings: Readonly<Record<string, string>>;
  /** Where the gateways listen; 0 = any that is free. */
  readonly port: number;
  /** Takes each line of the authorizer's log. */
  readonly write?: (line: string) => void;
}

/** The example of a backend that is not a Lambda, behind a REST and an HTTP API. */
export interface HostedPython {
  readonly restApi: string;
  readonly httpApi: string;
  /** The application itself, which rejects callers who did not come through a gateway. */
  readonly backend: string;
  stop(): Promise<void>;
}

const EXAMPLE = fileURLToPath(new URL("../examples/hosted-python-api/", import.meta.url));
const SUPPORTED = "import sys; sys.exit(sys.version_info < (3, 9))";

/** Every user has the role `getOwn`, so a token without roles is none of this tenant's users. */
export const HOSTED_PYTHON_SETTINGS = {
  AUTH0_CONTEXT_CLAIMS: `roles=${ROLES_CLAIM}`,
  AUTH0_REQUIRED_CLAIMS: `${ROLES_CLAIM}=member`,
};

/** Whether there is a Python here that can run it. */
export function hasPython(): boolean {
  return spawnSync("python3", ["-c", SUPPORTED]).status === 0;
}

/**
 * Starts the application, and in front of it the project's gateway emulator on loopback.
 *
 * @throws Error where the application does not start
 */
export async function startHostedPython({
  settings,
  port,
  write,
}: HostedPythonOptions): Promise<HostedPython> {
  const secret = randomBytes(24).toString("base64url");
  const application = await startApplication(secret);
  const authorizer = createAuthorizer(
    settingsFromEnvironment({ ...settings, ...HOSTED_PYTHON_SETTINGS }),
    write === undefined ? {} : { write },
  );
  const behind = (requestParameters: Readonly<Record<string, string>>) => ({
    authorizer,
    routes: { "ANY /{proxy+}": { uri: application.url, requestParameters } },
  });
  const apis: Readonly<Record<string, RoutedApi>> = {
    rest: restApi({ type: "request", ...behind(restMapping(secret)) }),
    http: httpApi({ ...behind(httpMapping(secret)), ttlSeconds: 300 }),
  };
  const server = createServer((request, response) => void answer(apis, request, response));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const stop = async (): Promise<void> => {
    server.close().closeAllConnections();
    await stopChild(application.process);
  };
  return { restApi: `${url}/rest`, httpApi: `${url}/http`, backend: application.url, stop };
}

/** As docs/http-backends.md has it, and a secret that shows the application where a request comes from. */
function restMapping(secret: string): Readonly<Record<string, string>> {
  return {
    "integration.request.header.X-User-Sub": "context.authorizer.sub",
    "integration.request.header.X-User-Email": "context.authorizer.email",
    "integration.request.header.X-User-Roles": "context.authorizer.roles",
    "integration.request.header.X-Gateway-Secret": `'${secret}'`,
  };
}

function httpMapping(secret: string): Readonly<Record<string, string>> {
  return {
    "overwrite:header.x-user-sub": "$context.authorizer.sub",
    "overwrite:header.x-user-email": "$context.authorizer.email",
    "overwrite:header.x-user-roles": "$context.authorizer.roles",
    "overwrite:header.x-gateway-secret": secret,
  };
}

async function startApplication(secret: string) {
  const child = spawn("python3", ["app.py", "--port", "0"], {
    cwd: EXAMPLE,
    env: { ...process.env, GATEWAY_SECRET: secret, PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  const failure = text(child.stderr);
  for await (const line of createInterface(child.stdout)) {
    const [, port] = /^listening on (\d+)$/.exec(line) ?? [];
    if (port !== undefined) return { process: child, url: `http://127.0.0.1:${port}` };
  }
  throw new Error(`examples/hosted-python-api/app.py did not start. It printed:\n${await failure}`);
}

/** `/rest/PATH` and `/http/PATH`: the gateway's name stands where AWS has the stage. */
async function answer(
  apis: Readonly<Record<string, RoutedApi>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, kind = "", ...path] = (request.url ?? "/").split("/");
  const api = Object.hasOwn(apis, kind) ? apis[kind] : undefined;
  const body = await text(request);
  const answered = await api?.fetch(`/${path.join("/")}`, {
    method: request.method ?? "GET",
    headers: pairs(request.rawHeaders),
    body: body === "" ? undefined : body,
  });
  response.writeHead(answered?.status ?? 404, Object.fromEntries(answered?.headers ?? []));
  response.end(await answered?.text());
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ""]] : []));
}
