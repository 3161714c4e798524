import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { API_IDENTIFIER, EMAIL_CLAIM, users } from "../tenant/directory.ts";
import type { LocalRevocations } from "../revocations.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { buildAssets, type Asset } from "./assets.ts";
import { borrowToken } from "./borrowed-tokens.ts";
import { BORROWED, type PageConfig, type StageOptions, type TokenUse } from "./client/trace.ts";
import { GatewayServer } from "./gateway-server.ts";
import { createStage, TTL_SECONDS } from "./stage.ts";

export interface PageOptions {
  readonly tenant: Tenant;
  /** The authorizer's settings, by environment variable. */
  readonly settings: Readonly<Record<string, string>>;
  readonly port: number;
  readonly hostedPython?: PageConfig["hostedPython"];
  /** Without it, tokens are good until they expire. */
  readonly revocations?: LocalRevocations | undefined;
}

/** The page that `npm start` serves. */
export interface Page {
  readonly url: string;
  close(): Promise<void>;
}

/** Something that is not there, or not allowed. */
class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Serves the page, the gateways that it calls, and what happened in them, on loopback only. */
export async function startPage(options: PageOptions): Promise<Page> {
  const { tenant, settings, port, hostedPython, revocations } = options;
  const assets = await buildAssets();
  const stageSettings = {
    settings: { ...settings, ...revocations?.settings },
    aws: revocations?.table.environment ?? {},
  };
  const gateways = new GatewayServer((stage) => createStage(stageSettings, stage));
  const config = { ...pageConfig(tenant, settings), hostedPython, revocations: configOf(revocations) };
  const server = createServer((request, response) => {
    answer(request, { assets, config, gateways, tenant, url: url() })
      .catch((error: unknown) => failure(error))
      .then((result) => write(response, result))
      .catch(() => response.destroy());
  });
  server.on("upgrade", (request, socket, head) =>
    isOwnPage(request, url()) ? gateways.upgrade(request, socket, head) : socket.destroy(),
  );
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const url = (): string => `http://localhost:${(server.address() as AddressInfo).port}`;
  return { url: url(), close: () => close(server) };
}

interface Parts {
  readonly assets: ReadonlyMap<string, Asset>;
  readonly config: PageConfig;
  readonly gateways: GatewayServer;
  readonly tenant: Tenant;
  readonly url: string;
}

async function answer(request: IncomingMessage, parts: Parts): Promise<Response> {
  const { assets, config, gateways, tenant, url } = parts;
  if (!isOwnPage(request, url)) throw new HttpError(421, `This page answers at ${url} only.`);
  const { pathname, searchParams } = new URL(request.url ?? "/", url);
  const [, kind, name = "", ...rest] = pathname.split("/");
  const asset = request.method === "GET" ? assets.get(pathname) : undefined;
  if (asset) return new Response(await asset.body(), { headers: assetHeaders(asset, config) });
  if (pathname === "/config.json") return Response.json(config);
  if (kind === "gateways" && rest.length > 0) return gateways.answer(request, name, rest);
  if (kind === "traces") return Response.json(gateways.recorder.take(name) ?? missing(pathname));
  if (request.method !== "POST") throw new HttpError(404, pathname);
  if (pathname === "/stages") return Response.json({ id: gateways.open(await stageOptions(request)) });
  if (kind === "stages") return Response.json(setClock(gateways, name, searchParams) ?? missing(pathname));
  const borrowed = BORROWED.find((known) => known === name);
  if (kind !== "tokens" || borrowed === undefined) throw new HttpError(404, pathname);
  const use: TokenUse = searchParams.get("use") === "id" ? "id" : "access";
  return Response.json({ token: await borrowToken(tenant, borrowed, use) });
}

function pageConfig(tenant: Tenant, settings: Readonly<Record<string, string>>): PageConfig {
  return {
    issuer: tenant.issuer,
    clientId: tenant.applications.spa.clientId,
    legacyClientId: tenant.applications.legacy.clientId,
    audience: API_IDENTIFIER,
    emailClaim: EMAIL_CLAIM,
    ttlSeconds: TTL_SECONDS,
    jwksMaxAgeSeconds: Number(settings["JWKS_MAX_AGE_SECONDS"] ?? 600),
    user: tenant.users.verified,
  };
}

function configOf(revocations: LocalRevocations | undefined): PageConfig["revocations"] {
  if (revocations === undefined) return undefined;
  const { name, email } = users.leaving;
  return { leaving: { name, email } };
}

/** Undefined where there is no such stage. */
function setClock(gateways: GatewayServer, stage: string, parameters: URLSearchParams): object | undefined {
  const aheadSeconds = Number(parameters.get("ahead"));
  return gateways.setClockAhead(stage, aheadSeconds) ? { aheadSeconds } : undefined;
}

/** By its own name (no DNS rebinding), and from no other page. */
function isOwnPage({ headers }: IncomingMessage, url: string): boolean {
  return headers.host === new URL(url).host && (headers.origin ?? url) === url;
}

async function stageOptions(request: IncomingMessage): Promise<StageOptions> {
  const given = JSON.parse(await text(request)) as Partial<StageOptions>;
  return { clockAheadSeconds: 0, ttlSeconds: TTL_SECONDS, ...given };
}

/** Nothing but its own files; it talks to itself and to the tenant. */
function assetHeaders({ type, hasLock = false }: Asset, { issuer }: PageConfig): Record<string, string> {
  const tenant = new URL(issuer).origin;
  const policy = [
    "default-src 'none'",
    `script-src 'self'${hasLock ? ` ${tenant}` : ""}`,
    `style-src 'self'${hasLock ? " 'unsafe-inline'" : ""}`,
    `connect-src 'self' ${tenant}`,
    `frame-src ${tenant}`,
    "img-src data:",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return { "content-type": type, "content-security-policy": policy.join("; "), "cache-control": "no-store" };
}

function missing(path: string): never {
  throw new HttpError(404, path);
}

function failure(error: unknown): Response {
  const { message } = error as Error;
  return Response.json({ message }, { status: error instanceof HttpError ? error.status : 500 });
}

async function write(target: ServerResponse, response: Response): Promise<void> {
  target.writeHead(response.status, Object.fromEntries(response.headers));
  target.end(await response.text());
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
