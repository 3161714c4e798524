import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";

/** Where the parts of a stack listen. */
export interface Ports {
  readonly tenant: number;
  readonly http: number;
  readonly webSocket: number;
  /** Where serverless-offline offers its functions to the AWS SDK. Nothing here uses it. */
  readonly lambda: number;
}

const LARGEST_PORT = 65_535;

/** Any ports that are free at the moment. */
export async function freePorts(): Promise<Ports> {
  const servers = await Promise.all(Array.from({ length: 4 }, () => listen(0)));
  const taken = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(close));
  const [tenant = 0, http = 0, webSocket = 0, lambda = 0] = taken;
  return { tenant, http, webSocket, lambda };
}

/** The first free ports from a number on; fewer than asked for where the numbers end. */
export async function freePortsFrom(
  first: number,
  count: number,
  reserved: readonly number[] = [],
): Promise<number[]> {
  const found: number[] = [];
  for (let port = first; found.length < count && port <= LARGEST_PORT; port += 1) {
    if (!reserved.includes(port) && (await isFree(port))) found.push(port);
  }
  return found;
}

/** Whether this process may listen there now. */
export async function isFree(port: number): Promise<boolean> {
  try {
    await close(await listen(port));
    return true;
  } catch {
    return false;
  }
}

/** On all addresses, since serverless-offline may take either of `localhost`. */
async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port);
  await once(server, "listening");
  return server;
}

async function close(server: Server): Promise<void> {
  await once(server.close(), "close");
}
