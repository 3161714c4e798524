import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startNode, stopChild } from "./child-process.ts";
import type { Ports } from "./ports.ts";
import { startRevocations, type LocalRevocations } from "./revocations.ts";
import { API_IDENTIFIER, EMAIL_CLAIM } from "./tenant/directory.ts";
import { authorizerSettings, startLocalTenant, type Tenant, type TenantOptions } from "./tenant/tenant.ts";

export interface StackOptions {
  readonly ports: Ports;
  readonly tenant?: TenantOptions;
  /** Settings of the authorizer beside those that the tenant needs, by environment variable. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Whether tokens can be revoked: then the tenant's messages become revocations in a table that the authorizer reads. */
  readonly revocable?: boolean;
  /** Takes each line that serverless-offline or a Lambda in it prints. */
  readonly onLine?: (line: string) => void;
}

/** The tenant, and `serverless.yml` under serverless-offline: everything that a deployed stage has. */
export interface Stack {
  readonly tenant: Tenant;
  readonly urls: WhoamiUrls;
  /** The authorizer's settings, by environment variable. */
  readonly settings: Readonly<Record<string, string>>;
  readonly revocations: LocalRevocations | undefined;
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

const PROJECT = fileURLToPath(new URL("../", import.meta.url));
const SERVERLESS = fileURLToPath(import.meta.resolve("serverless/bin/serverless.js"));
const START_LIMIT_MS = 180_000;
const POLL_MS = 200;

/**
 * Starts the stack from the bundles in `dist/` and waits until everything answers.
 *
 * @throws Error with what serverless-offline printed where it did not start
 */
export async function startStack({
  ports,
  tenant: tenantOptions,
  settings: ownSettings,
  revocable = false,
  onLine,
}: StackOptions): Promise<Stack> {
  const tenant = await startLocalTenant({ ...tenantOptions, port: ports.tenant });
  const settings = { ...settingsFor(tenant), ...ownSettings };
  const revocations = revocable ? await startRevocations(settings) : undefined;
  if (revocations !== undefined) tenant.tell(revocations.writers);
  const offline = startOffline(
    { ...settings, ...revocations?.settings },
    ports,
    revocations?.table.environment,
  );
  const stop = async (): Promise<void> => {
    await Promise.all([tenant.close(), stopChild(offline), revocations?.table.close()]);
  };
  try {
    await untilAnswering(offline, ports, onLine);
  } catch (error) {
    await stop();
    throw error;
  }
  return { tenant, urls: whoamiUrls(ports), settings, revocations, stop };
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
  return authorizerSettings({
    issuer,
    apiIdentifiers: [API_IDENTIFIER],
    accessToken: { emailClaim: EMAIL_CLAIM },
  });
}

function startOffline(
  settings: Readonly<Record<string, string>>,
  ports: Ports,
  aws: Readonly<Record<string, string>> = {},
): ChildProcess {
  const { http, webSocket, lambda } = ports;
  const options = Object.entries(settings).map(([name, value]) => `--param=${name}=${value}`);
  const listeners = [`--httpPort=${http}`, `--websocketPort=${webSocket}`, `--lambdaPort=${lambda}`];
  return startNode([SERVERLESS, "offline", "start", "--stage=local", ...listeners, ...options], {
    cwd: PROJECT,
    env: { SLS_NOTIFICATIONS_MODE: "off", SLS_TELEMETRY_DISABLED: "1", ...aws },
  });
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
