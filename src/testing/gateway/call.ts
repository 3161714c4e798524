import type { GatewayKind } from "../../apigateway/gateways.ts";
import { domainName, stageArn, type Address } from "./address.ts";
import { header, type ClientRequest, type Fields } from "./client-request.ts";
import type { Paths } from "./paths.ts";
import type { RequestIds } from "./request-ids.ts";
import type { Route } from "./routes.ts";

/** One request on its way through a gateway. */
export interface Call extends RequestIds {
  /** With the headers that the gateway adds. */
  readonly request: Required<ClientRequest>;
  readonly address: Address;
  readonly paths: Paths;
  readonly route: Route;
  readonly stageVariables: Readonly<Record<string, string>>;
  /** When it arrived, in milliseconds since the epoch. */
  readonly time: number;
  /** The API key that counts the request, where the authorizer named it. */
  readonly apiKey?: string | undefined;
}

/** The three kinds of API, which differ in more than their authorizers. */
export type ApiType = "rest" | "http" | "websocket";

const CLIENT_ADDRESS = "203.0.113.7";
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

export function getApiType(kind: GatewayKind): ApiType {
  return kind === "websocket" ? kind : kind.startsWith("http") ? "http" : "rest";
}

/** The request as the gateway sees it: with the headers that it adds. */
export function received(
  api: ApiType,
  request: Required<ClientRequest>,
  address: Address,
): Required<ClientRequest> {
  const added: Fields = [
    ...ADDED_HEADERS[api](request),
    ["Host", domainName(address)],
    ["X-Amzn-Trace-Id", "Root=1-6921a6c0-1c7b5f0e2d3a4b5c6d7e8f90"],
    ["X-Forwarded-For", CLIENT_ADDRESS],
    ["X-Forwarded-Port", "443"],
    ["X-Forwarded-Proto", "https"],
  ];
  const missing = added.filter(([name]) => header(request, name) === undefined);
  return { ...request, headers: [...request.headers, ...missing] };
}

const ADDED_HEADERS: Readonly<Record<ApiType, (request: Required<ClientRequest>) => Fields>> = {
  rest: () => [],
  http: ({ body }) => [["Content-Length", String(Buffer.byteLength(body ?? ""))]],
  websocket: () => [
    ["Connection", "upgrade"],
    ["Upgrade", "websocket"],
    ["content-length", "0"],
    ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
    ["Sec-WebSocket-Version", "13"],
  ],
};

/** The ARN of the method, which policies are evaluated against: with the path as the gateway's router sees it. */
export function methodArn({ address, request, paths }: Call): string {
  return `${stageArn(address)}/${request.method}${paths.routed}`;
}

export function sourceIdentity({ request }: Call): { userAgent: string | null; sourceIp: string } {
  return { userAgent: header(request, "user-agent") ?? null, sourceIp: CLIENT_ADDRESS };
}

/** `22/Nov/2026:12:00:00 +0000`, the Common Log Format's. */
export function requestTime({ time }: Call): string {
  const [year = "", month = "", day = "", clock = ""] = new Date(time).toISOString().split(/[-T.]/);
  return `${day}/${MONTHS[Number(month) - 1] ?? ""}/${year}:${clock} +0000`;
}
