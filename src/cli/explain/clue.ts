import { isUtf8 } from "node:buffer";
import type { Settings } from "../../settings/settings.ts";
import type { Reason } from "../../errors.ts";
import { getOwn, type JsonObject } from "../../token/jwt.ts";
import type { Trace } from "./trace.ts";

/** What the text that was sent as a token looks like. */
interface Shape {
  readonly reasons: readonly Reason[];
  readonly looksSo: (credential: string) => boolean;
  readonly clue: string;
}

const SHAPES: readonly Shape[] = [
  {
    reasons: ["opaque_or_encrypted_token"],
    looksSo: (credential) => /^(?:null|undefined|none|false|nan)$/i.test(credential),
    clue: "The client has no token yet, and sends the text of an empty variable: wait until it has signed in.",
  },
  {
    reasons: ["opaque_or_encrypted_token", "malformed_token"],
    looksSo: (credential) => /^v1\.[\w.-]+$/.test(credential) && credential.split(".").length === 2,
    clue: "This is a refresh token. The application must exchange it for an access token, and send that.",
  },
  {
    reasons: ["opaque_or_encrypted_token"],
    looksSo: isEncryptedForApi,
    clue: "This token is encrypted: switch JSON Web Encryption off in the settings of the API in Auth0.",
  },
];

/** What the token itself says about the cause of a rejection, beyond the hint: never a value of the token. */
export function getClue({ jwt, verdict }: Trace, credential: string, settings: Settings): string | undefined {
  if (!("reason" in verdict)) return undefined;
  const { reason } = verdict;
  if (reason === "unsupported_algorithm" && jwt !== undefined) return getAlgorithmClue(jwt.claims, settings);
  const token = credential.replace(/^bearer\s+/i, "");
  return SHAPES.find(({ reasons, looksSo }) => reasons.includes(reason) && looksSo(token))?.clue;
}

/** Applications choose the algorithm of ID tokens, APIs that of access tokens. */
function getAlgorithmClue(claims: JsonObject, { clientIds, audiences }: Settings): string | undefined {
  const aud = getOwn(claims, "aud");
  const named = (ids: readonly string[]): boolean =>
    [aud].flat().some((each) => ids.includes(each as string));
  if (named(audiences)) return "This is an access token: set its algorithm in the settings of the API.";
  if (named(clientIds)) return "This is an ID token: set its algorithm in the settings of the application.";
  return undefined;
}

/**
 * Whether the five parts of a JWE (RFC 7516 §7.1) are an access token that Auth0 encrypted for an API. Its opaque
 * access tokens have five parts too, and a key that Auth0 alone has: `"alg": "dir"`.
 */
function isEncryptedForApi(token: string): boolean {
  const parts = token.split(".");
  const bytes = Buffer.from(parts[0] ?? "", "base64url");
  if (parts.length !== 5 || !isUtf8(bytes)) return false;
  try {
    const { alg } = Object(JSON.parse(bytes.toString())) as { readonly alg?: unknown };
    return typeof alg === "string" && alg !== "dir";
  } catch {
    return false;
  }
}
