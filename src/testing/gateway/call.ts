import { domainName, stageArn, type Address } from "./address.ts";
import { header, type ClientRequest, type Fields } from "./client-request.ts";
import type { Route } from "./routes.ts";

/** One request on its way through a gateway. */
export interface Call {
  /** With the headers that the gateway adds. */
  readonly request: Required<ClientRequest>;
  readonly address: Address;
  readonly route: Route;
  readonly stageVariables: Readonly<Record<string, string>>;
  /** When it arrived, in milliseconds since the epoch. */
  readonly time: number;
  readonly requestId: string;
}

const CLIENT_ADDRESS = "203.0.113.7";
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** The request with what a gateway adds to it. */
export function received(request: Required<ClientRequest>, address: Address): Required<ClientRequest> {
  const added: Fields = [
    ["Host", domainName(address)],
    ["X-Amzn-Trace-Id", "Root=1-6921a6c0-1c7b5f0e2d3a4b5c6d7e8f90"],
    ["X-Forwarded-For", CLIENT_ADDRESS],
    ["X-Forwarded-Port", "443"],
    ["X-Forwarded-Proto", "https"],
  ];
  const missing = added.filter(([name]) => header(request, name) === undefined);
  return { ...request, headers: [...request.headers, ...missing] };
}

/** The ARN of the method, with the path as sent: this is what policies are evaluated against. */
export function methodArn({ address, request }: Call): string {
  return `${stageArn(address)}/${request.method}${request.path}`;
}

/** The path with the stage, unless it is `$default`. */
export function pathWithStage({ address, request }: Call): string {
  return address.stage === "$default" ? request.path : `/${address.stage}${request.path}`;
}

export function sourceIdentity({ request }: Call): { sourceIp: string; userAgent: string | null } {
  return { sourceIp: CLIENT_ADDRESS, userAgent: header(request, "user-agent") ?? null };
}

/** `22/Nov/2026:12:00:00 +0000`, the Common Log Format's. */
export function requestTime({ time }: Call): string {
  const [year = "", month = "", day = "", clock = ""] = new Date(time).toISOString().split(/[-T.]/);
  return `${day}/${MONTHS[Number(month) - 1] ?? ""}/${year}:${clock} +0000`;
}
