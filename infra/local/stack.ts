import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { API_IDENTIFIER, applications, EMAIL_CLAIM } from "./tenant/directory.ts";
import { startTenant, type Tenant, type TenantOptions } from "./tenant/tenant.ts";

export interface Ports {
  readonly tenant: number;
  readonly http: number;
  readonly webSocket: number;
  /** Where serverless-offline offers its functions to the AWS SDK. Nothing here uses it. */
  readonly lambda: number;
}

export interface StackOptions {
  readonly ports: Ports;
  readonly tenant?: TenantOptions;
  /** Settings of the authorizer beside those that the tenant needs, by environment variable. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Takes each line that serverless-offline or a Lambda in it prints. */
  readonly onLine?: (line: string) => void;
}

/** The tenant, and `serverless.yml` under serverless-offline: everything that a deployed stage has. */
export interface Stack {
  readonly tenant: Tenant;
  readonly urls: WhoamiUrls;
  /** The authorizer's settings, by environment variable. */
  readonly settings: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** The five attachments of the authorizer. */
export interface WhoamiUrls {
  readonly restToken: string;
  readonly restRequest: string;
  readonly httpPolicy: string;
  readonly httpSimple: string;
  readonly webSocket: string;
}

const PROJECT = fileURLToPath(new URL("../../", import.meta.url));
const SERVERLESS = fileURLToPath(import.meta.resolve("serverless/bin/serverless.js"));
const START_LIMIT_MS = 60_000;
const POLL_MS = 200;

/**
 * Starts the stack from the bundles in `dist/` and waits until everything answers.
 *
 * @throws Error naming a port that is taken, or with what serverless-offline printed where it did not start
 */
export async function startStack({
  ports,
  tenant: tenantOptions,
  settings: ownSettings,
  onLine,
}: StackOptions): Promise<Stack> {
  for (const [name, port] of Object.entries<number>({ ...ports })) await assertFree(name, port);
  const tenant = await startTenant({ ...tenantOptions, port: ports.tenant });
  const settings = { ...settingsFor(tenant), ...ownSettings };
  const offline = startOffline(settings, ports);
  const stop = async (): Promise<void> => {
    await Promise.all([tenant.close(), stopProcess(offline)]);
  };
  try {
    await untilAnswering(offline, ports, onLine);
  } catch (error) {
    await stop();
    throw error;
  }
  return { tenant, urls: whoamiUrls(ports), settings, stop };
}

/** Any ports that are free at the moment. */
export async function freePorts(): Promise<Ports> {
  const servers = await Promise.all(Array.from({ length: 4 }, () => listen(0)));
  const taken = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  const [tenant = 0, http = 0, webSocket = 0, lambda = 0] = taken;
  return { tenant, http, webSocket, lambda };
}

function whoamiUrls({ http, webSocket }: Ports): WhoamiUrls {
  const url = (api: string): string => `http://localhost:${http}/${api}/whoami`;
  return {
    restToken: url("rest-token"),
    restRequest: url("rest-request"),
    httpPolicy: url("http-policy"),
    httpSimple: url("http-simple"),
    webSocket: `ws://localhost:${webSocket}`,
  };
}

/** What an authorizer needs to know of the local tenant. */
export function settingsFor({ issuer }: Tenant): Readonly<Record<string, string>> {
  return {
    AUTH0_DOMAIN: issuer,
    AUTH0_CLIENT_IDS: `${applications.spa.clientId},${applications.mobile.clientId}`,
    AUTH0_AUDIENCES: API_IDENTIFIER,
    AUTH0_EMAIL_CLAIM: EMAIL_CLAIM,
  };
}

function startOffline(settings: Readonly<Record<string, string>>, ports: Ports): ChildProcess {
  const { http, webSocket, lambda } = ports;
  const options = Object.entries(settings).map(([name, value]) => `--param=${name}=${value}`);
  const listeners = [`--httpPort=${http}`, `--websocketPort=${webSocket}`, `--lambdaPort=${lambda}`];
  return spawn(
    process.execPath,
    [SERVERLESS, "offline", "start", "--stage=local", ...listeners, ...options],
    {
      cwd: PROJECT,
      env: { ...process.env, SLS_NOTIFICATIONS_MODE: "off", SLS_TELEMETRY_DISABLED: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
}

/** Both servers of serverless-offline, since it opens the one for HTTP before the one for WebSockets. */
async function untilAnswering(
  offline: ChildProcess,
  ports: Ports,
  onLine?: (line: string) => void,
): Promise<void> {
  const printed: string[] = [];
  for (const stream of [offline.stdout, offline.stderr]) {
    if (stream) createInterface(stream).on("line", (line) => (onLine?.(line), printed.push(line)));
  }
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await answers(ports.http)) || !(await answers(ports.webSocket))) {
    if (offline.exitCode !== null || Date.now() > deadline) {
      throw new Error(`serverless-offline did not start. It printed:\n${printed.join("\n")}`);
    }
    await sleep(POLL_MS);
  }
}

async function answers(port: number): Promise<boolean> {
  return fetch(`http://localhost:${port}/`).then(
    () => true,
    () => false,
  );
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

async function assertFree(name: string, port: number): Promise<void> {
  try {
    const server = await listen(port);
    await once(server.close(), "close");
  } catch (cause) {
    throw new Error(`Port ${port} (${name}) is taken. Stop what listens there, or choose another port.`, {
      cause,
    });
  }
}

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port);
  await once(server, "listening");
  return server;
}
