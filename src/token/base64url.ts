/**
 * The bytes of unpadded base64url, or undefined where Node would spell them otherwise: with a foreign letter, or
 * with stray bits at the end (RFC 4648 §3.5). So every value has one spelling.
 */
export function decodeBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : undefined;
}
