import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const SERVERLESS = fileURLToPath(import.meta.resolve("serverless/bin/serverless.js"));
const START_LIMIT_MS = 180_000;
const POLL_MS = 200;

/** The probe under serverless-offline. */
export async function startOffline(): Promise<{ urls: readonly string[]; stop(): Promise<void> }> {
  const [http = 0, webSocket = 0, lambda = 0] = await freePorts(3);
  const ports = [`--httpPort=${http}`, `--websocketPort=${webSocket}`, `--lambdaPort=${lambda}`];
  const child = spawn(process.execPath, [SERVERLESS, "offline", "start", ...ports], {
    cwd: HERE,
    env: { ...process.env, SLS_NOTIFICATIONS_MODE: "off", SLS_TELEMETRY_DISABLED: "1" },
    stdio: "ignore",
  });
  const stop = async (): Promise<void> => {
    // Asked to end, it would wait for its connections.
    if (child.kill("SIGKILL")) await once(child, "exit");
  };
  try {
    await untilAnswering(child, [http, webSocket]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { urls: [`http://localhost:${http}`, `ws://localhost:${webSocket}`], stop };
}

async function untilAnswering(child: ChildProcess, ports: readonly number[]): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  for (const port of ports) {
    while (!(await fetch(`http://localhost:${port}/`).then(Boolean, () => false))) {
      if (child.exitCode !== null || Date.now() > deadline)
        throw new Error("serverless-offline did not start");
      await sleep(POLL_MS);
    }
  }
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
