import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Finding } from "../../src/cli/doctor/finding.ts";
import { createSigningKey, signJwt, type SigningKey } from "../../src/testing/signing-key.ts";
import { run } from "./command.ts";

export const KEY = createSigningKey({ kid: "key-1" });
export const DISCOVERY = "/.well-known/openid-configuration";
export const KEYS = "/.well-known/jwks.json";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

interface Examined {
  readonly exitCode: number;
  readonly problems: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/** A tenant on the loopback interface whose every answer a test can write, and `doctor` looking at it. */
export class ScriptedTenant {
  /** By path; a test replaces what it breaks. */
  answers: Record<string, Answer> = {};
  /** Path and headers of every request. */
  readonly asked: string[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.asked.push(`${request.url ?? ""} ${JSON.stringify(request.headers)}`);
      const answer = this.answers[request.url ?? ""];
      if (answer === undefined) response.writeHead(404).end();
      else answer(request, response);
    });
  }

  /** Nothing is wrong with it to begin with. */
  static async start(): Promise<ScriptedTenant> {
    const tenant = new ScriptedTenant();
    await new Promise<void>((resolve) => tenant.#server.listen(0, "127.0.0.1", resolve));
    tenant.answers = { [DISCOVERY]: json(tenant.discovery()), [KEYS]: json({ keys: [KEY.jwk] }) };
    return tenant;
  }

  get issuer(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  discovery(changes: object = {}): object {
    return {
      issuer: this.issuer,
      jwks_uri: `${this.issuer}.well-known/jwks.json`,
      id_token_signing_alg_values_supported: ["HS256", "RS256"],
      ...changes,
    };
  }

  environment(changes: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    return {
      AUTH0_DOMAIN: this.issuer,
      AUTH0_CLIENT_IDS: "WebApp",
      AUTH0_AUDIENCES: "https://api.acme.com/",
      AUTH0_EMAIL_CLAIM: "https://acme.com/email",
      ...changes,
    };
  }

  accessToken(changes: object = {}, key: SigningKey = KEY): string {
    const iat = Math.floor(Date.now() / 1000);
    const claims = {
      iss: this.issuer,
      sub: "auth0|alice",
      aud: "https://api.acme.com/",
      azp: "WebApp",
      iat,
      exp: iat + 3600,
      "https://acme.com/email": "alice@acme.com",
      "https://acme.com/email_verified": true,
    };
    return signJwt({ alg: "RS256", typ: "JWT", kid: "key-1" }, { ...claims, ...changes }, key);
  }

  /** What `doctor` finds, with a token where there is one. */
  async examined(token?: string, env = this.environment()): Promise<Examined> {
    const args = token === undefined ? [] : ["-"];
    const { exitCode, output } = await run(["doctor", "--json", ...args], { env, input: token });
    const { findings } = JSON.parse(output) as { findings: Finding[] };
    const having = (status: Finding["status"]): Finding[] =>
      findings.filter((finding) => finding.status === status);
    return { exitCode, problems: having("error"), warnings: having("warning") };
  }
}

export function json(document: unknown, headers: Record<string, string> = {}): Answer {
  return (_request, response) =>
    response.writeHead(200, { "content-type": "application/json", ...headers }).end(JSON.stringify(document));
}
