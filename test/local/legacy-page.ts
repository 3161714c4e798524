import { randomUUID } from "node:crypto";
import type { Application } from "../../local/tenant/directory.ts";
import type { Tenant } from "../../local/tenant/tenant.ts";

type Parameters = Readonly<Record<string, string>>;

/** What Auth0.js writes into its requests as the password-realm grant. */
export const PASSWORD_REALM = "http://auth0.com/oauth/grant-type/password-realm";

/** A page with Auth0.js or Lock, and the browser that it is in: what they send to the tenant, and the cookies. */
export class LegacyPage {
  readonly application: Application;
  readonly origin: string;
  readonly #issuer: string;
  readonly #cookies = new Map<string, string>();

  constructor({ issuer, applications }: Tenant, application: Application = applications.legacy) {
    this.#issuer = issuer;
    this.application = application;
    [this.origin = ""] = application.origins;
  }

  /** Opens `/authorize` as Auth0.js does: with a nonce, a state, and no PKCE. */
  authorize(changes: Parameters = {}): Promise<Response> {
    const url = new URL("authorize", this.#issuer);
    url.search = new URLSearchParams({
      client_id: this.application.clientId,
      redirect_uri: this.application.redirectUris[0] ?? "",
      response_type: "token id_token",
      scope: "openid profile email",
      state: randomUUID(),
      nonce: randomUUID(),
      ...changes,
    }).toString();
    return this.visit(url);
  }

  /** A hidden frame: its message to the page. */
  async silently(changes: Parameters = {}): Promise<Parameters> {
    const answer = await this.authorize({ prompt: "none", response_mode: "web_message", ...changes });
    const [, response = "{}"] =
      /var data = \{"response":(\{.*?\}),"redirect_uri"/.exec(await answer.text()) ?? [];
    return JSON.parse(response) as Parameters;
  }

  /** What a form of the page's own sends. */
  async post(path: string, body: unknown, headers: Parameters = {}): Promise<Response> {
    return this.visit(new URL(path, this.#issuer), {
      method: "POST",
      headers: { origin: this.origin, "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  }

  authenticate(username: string, password: string): Promise<Response> {
    const { clientId: client_id } = this.application;
    const realm = "Username-Password-Authentication";
    const credentials = { client_id, username, password, realm, credential_type: PASSWORD_REALM };
    return this.post("co/authenticate", credentials);
  }

  /** A page's question whether it may ask (CORS). */
  preflight(path: string, origin = this.origin): Promise<Response> {
    const headers = {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "auth0-client,content-type",
    };
    return this.visit(new URL(path, this.#issuer), { method: "OPTIONS", headers });
  }

  async visit(url: URL, { headers, ...init }: RequestInit = {}): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, {
      ...init,
      headers: { ...(headers as Parameters), cookie },
      redirect: "manual",
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.#cookies.set(name, value);
    }
    return response;
  }
}

/** What a redirect hands to the page, in the fragment of its address. */
export function fragmentOf(response: Response): Parameters {
  const { hash } = new URL(response.headers.get("location") ?? "");
  return Object.fromEntries(new URLSearchParams(hash.slice(1)));
}
