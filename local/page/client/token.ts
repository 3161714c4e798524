import { details, h } from "./dom.ts";

type Claims = Readonly<Record<string, unknown>>;

export interface DecodedToken {
  readonly header: Claims;
  readonly claims: Claims;
}

/** What each member means, for a reader who sees a token for the first time. */
const MEANINGS: Readonly<Record<string, string>> = {
  alg: "How it is signed. The authorizer takes RS256 and nothing else.",
  typ: "What kind of thing it is.",
  kid: "Which of the tenant's keys signed it.",
  iss: "Who issued it: the tenant. Compared character by character.",
  sub: "The user that it is about. Together with iss, this is the user's key.",
  aud: "Who it is for: an application (ID token) or an API (access token).",
  azp: "The application that asked for it.",
  client_id: "The application that asked for it.",
  iat: "Issued at.",
  exp: "Good until.",
  nbf: "Not good before.",
  sid: "The session at the tenant.",
  nonce: "Ties it to the sign-in that asked for it. The application checks it.",
  at_hash: "Ties it to the access token beside it.",
  name: "From the user's profile.",
  nickname: "From the user's profile.",
  email: "The address. An attribute of the user, never their key.",
  email_verified: "Whether the user proved that the address is theirs.",
  scope: "What the application may do for the user.",
  permissions: "What the user may do.",
  gty: "How it was obtained: by a machine for itself.",
  jti: "The token's own name.",
};
const TIMES = ["iat", "exp", "nbf", "auth_time"];

/** Does NOT verify anything: that is the authorizer's work. */
export function decode(token: string): DecodedToken | undefined {
  const [header, claims] = token.split(".").map(decodePart);
  return header && claims && { header, claims };
}

/** Header and claims as a table with their meanings. */
export function tokenTable(token: string, emailClaim: string): HTMLElement {
  const decoded = decode(token);
  if (decoded === undefined) return h("p", { class: "quiet" }, "This is not a token that can be read.");
  const rows = (part: string, values: Claims): HTMLElement =>
    h(
      "tbody",
      {},
      h("tr", { class: "part" }, h("th", { colspan: "3", scope: "rowgroup" }, part)),
      ...Object.entries(values).map(([name, value]) => row(name, value, emailClaim)),
    );
  const head = ["Name", "Value", "Meaning"].map((title) => h("th", { scope: "col" }, title));
  return h(
    "table",
    {},
    h("thead", {}, h("tr", {}, ...head)),
    rows("Header", decoded.header),
    rows("Claims", decoded.claims),
  );
}

/** Open where there is room. */
export function tokenView(title: string, token: string, emailClaim: string): HTMLElement {
  const attributes = { class: "raw", tabindex: "0", role: "region", "aria-label": `${title}, encoded` };
  const raw = details("As it travels", h("p", attributes, ...parts(token)));
  const open = matchMedia("(min-width: 56rem)").matches;
  const head = h("summary", {}, h("h3", {}, title));
  return h("details", { class: "token", open }, head, tokenTable(token, emailClaim), raw);
}

function row(name: string, value: unknown, emailClaim: string): HTMLElement {
  const shown = typeof value === "string" ? value : JSON.stringify(value).replaceAll(",", ", ");
  const time = TIMES.includes(name) && typeof value === "number" ? new Date(value * 1000) : undefined;
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, name),
    h("td", {}, h("code", {}, shown), time && h("span", { class: "moment" }, ` ${time.toLocaleString()}`)),
    h("td", { class: "meaning" }, meaningOf(name, emailClaim)),
  );
}

function meaningOf(name: string, emailClaim: string): string | undefined {
  if (name === emailClaim) return "The address, put there by an Action of the tenant (AUTH0_EMAIL_CLAIM).";
  if (name === `${emailClaim}_verified`) return MEANINGS["email_verified"];
  return MEANINGS[name];
}

function parts(token: string): readonly HTMLElement[] {
  return token
    .split(".")
    .map((part, index) => h("span", { class: `part-${index}` }, index === 0 ? part : `.${part}`));
}

function decodePart(part: string): Claims | undefined {
  try {
    const base64 = part.replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}

/** The same token with another subject: what an attacker would try who wants to be another user. */
export function tampered(token: string): string {
  const [header = "", , signature = ""] = token.split(".");
  const claims = { ...decode(token)?.claims, sub: "auth0|somebody-else" };
  const bytes = new TextEncoder().encode(JSON.stringify(claims));
  const base64 = btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
  return [header, base64, signature].join(".");
}
