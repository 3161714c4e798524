import { createHash, randomBytes } from "node:crypto";

export interface SignIn {
  readonly issuer: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly email: string;
  readonly password: string;
  /** The API that the access token is for. Without it the access token is opaque. */
  readonly audience?: string;
  readonly scope?: string;
  /** The browser's cookies: hand in those of an earlier sign-in, and the session spares the password. */
  readonly cookies?: CookieJar;
}

export interface MachineSignIn {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly audience: string;
  readonly scope?: string;
}

/** RFC 6749 §5.1, and OpenID Connect Core §3.1.3.3 for the ID token. */
export interface TokenResponse {
  readonly access_token: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly scope?: string;
  readonly refresh_token?: string;
}

export interface UserTokens extends TokenResponse {
  readonly id_token: string;
}

/** Cookie names and values. Paths do not matter to a browser that visits one site. */
type CookieJar = Map<string, string>;

interface Page {
  readonly url: string;
  readonly status: number;
  readonly location: string | undefined;
  readonly html: string;
}

type Parameters = Readonly<Record<string, string>>;

const MAX_STEPS = 10;

/**
 * Signs a user in as a browser would: authorization code flow with PKCE (RFC 7636), `state` and `nonce`,
 * through the login form. Throws with the tenant's own words where it refuses.
 */
export async function signIn(request: SignIn): Promise<UserTokens> {
  const [verifier, state, nonce] = [randomValue(), randomValue(), randomValue()];
  const challenge = createHash("sha256").update(verifier).digest("base64url");
  const callback = await authorize(request, { state, nonce, code_challenge: challenge });

  const answer = callback.searchParams;
  if (answer.has("error")) throw new Error(refusal(answer.get("error"), answer.get("error_description")));
  if (answer.get("state") !== state) throw new Error("The answer belongs to another sign-in: state differs.");
  const tokens = await requestTokens<UserTokens>(request.issuer, {
    grant_type: "authorization_code",
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    code: answer.get("code") ?? "",
    code_verifier: verifier,
  });
  // The token came over the connection to the tenant itself, so its signature need not be checked (OIDC Core §3.1.3.7).
  if (readClaims(tokens.id_token)["nonce"] !== nonce)
    throw new Error("The ID token belongs to another sign-in.");
  return tokens;
}

/** A machine's access token, by its client secret (RFC 6749 §4.4). */
export function machineToken(request: MachineSignIn): Promise<TokenResponse> {
  return requestTokens(request.issuer, {
    grant_type: "client_credentials",
    client_id: request.clientId,
    client_secret: request.clientSecret,
    audience: request.audience,
    ...(request.scope !== undefined && { scope: request.scope }),
  });
}

function authorize(request: SignIn, parameters: Parameters): Promise<URL> {
  return visitToCallback(authorizeUrl(request, parameters), request);
}

/**
 * Walks from an authorization request to the redirect URI, and fills in the forms on its way.
 *
 * @returns the redirect URI as the tenant calls it, with a code or an error
 */
export async function visitToCallback(
  authorizationUrl: string,
  request: Pick<SignIn, "redirectUri" | "email" | "password" | "cookies">,
): Promise<URL> {
  const cookies = request.cookies ?? new Map<string, string>();
  let page = await visit(authorizationUrl, cookies);
  for (let step = 0; step < MAX_STEPS; step += 1) {
    if (page.location?.startsWith(request.redirectUri) === true) return new URL(page.location);
    page = await follow(page, request, cookies);
  }
  throw new Error(`The sign-in did not end after ${MAX_STEPS} steps.`);
}

function authorizeUrl(request: SignIn, parameters: Parameters): string {
  const url = new URL("authorize", request.issuer);
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    scope: request.scope ?? "openid profile email",
    code_challenge_method: "S256",
    ...(request.audience !== undefined && { audience: request.audience }),
    ...parameters,
  }).toString();
  return url.href;
}

async function follow(
  page: Page,
  { email, password }: Pick<SignIn, "email" | "password">,
  cookies: CookieJar,
): Promise<Page> {
  if (page.location !== undefined) return visit(page.location, cookies);
  if (page.status >= 400) throw new Error(readMessage(page));
  const { action, fields } = readForm(page);
  if (fields.has("password")) {
    fields.set("email", email);
    fields.set("password", password);
  }
  return visit(action, cookies, fields);
}

async function visit(url: string, cookies: CookieJar, form?: URLSearchParams): Promise<Page> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const response = await fetch(url, {
    headers: { accept: "text/html", cookie },
    redirect: "manual",
    ...(form && { method: "POST", body: form }),
  });
  for (const line of response.headers.getSetCookie()) keepCookie(cookies, line);
  const location = response.headers.get("location");
  return {
    url,
    status: response.status,
    location: location === null ? undefined : new URL(location, url).href,
    html: await response.text(),
  };
}

function keepCookie(cookies: CookieJar, line: string): void {
  const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
  if (name === undefined) return;
  if (value) cookies.set(name, value);
  else cookies.delete(name);
}

/** Where the page's form goes, and what it sends: its fields with the values that the page gave them. */
function readForm({ url, html }: Page): { action: string; fields: URLSearchParams } {
  const form = /<form\b[^>]*>/i.exec(html);
  if (!form) throw new Error(`There is no login form at ${url}`);
  const inputs = [...html.matchAll(/<input\b[^>]*>/gi)].map(([tag]) => tag);
  const fields = inputs.map((tag): [string, string] => [
    attribute(tag, "name") ?? "",
    attribute(tag, "value") ?? "",
  ]);
  return {
    action: new URL(attribute(form[0], "action") ?? "", url).href,
    fields: new URLSearchParams(fields),
  };
}

function readMessage({ status, html }: Page): string {
  const message = /<p role="alert"[^>]*>([^<]*)/.exec(html) ?? /<p>([^<]*)/.exec(html);
  return unescapeHtml(message?.[1] ?? `The tenant answered ${status}`);
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`, "i").exec(tag)?.[1];
  return value === undefined ? undefined : unescapeHtml(value);
}

function unescapeHtml(text: string): string {
  const named: Parameters = { amp: "&", lt: "<", gt: ">", quot: '"' };
  return text.replace(/&(?:#(\d+)|(\w+));/g, (entity, code?: string, name = "") =>
    code === undefined ? (named[String(name)] ?? entity) : String.fromCodePoint(Number(code)),
  );
}

async function requestTokens<T extends TokenResponse>(issuer: string, parameters: Parameters): Promise<T> {
  const response = await fetch(new URL("oauth/token", issuer), {
    method: "POST",
    body: new URLSearchParams(parameters),
  });
  const body = (await response.json()) as T & { error?: string; error_description?: string };
  if (!response.ok) throw new Error(refusal(body.error, body.error_description));
  return body;
}

function readClaims(token: string): Record<string, unknown> {
  const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString();
  return JSON.parse(payload) as Record<string, unknown>;
}

function refusal(error: string | null | undefined, description: string | null | undefined): string {
  return [error ?? "The tenant refused", description].filter(Boolean).join(": ");
}

function randomValue(): string {
  return randomBytes(32).toString("base64url");
}
