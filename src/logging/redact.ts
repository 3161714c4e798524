/** The at sign as it is typed, in full width and small as Unicode has it besides, and as URLs encode it. */
const AT_SIGN = /[@\uff20\ufe6b]|%40/;
/** Auth0's subject of a machine, `CLIENT_ID@clients`. */
const MACHINE = /^[\w-]+@clients$/;

/**
 * Whether a text may be an email address or have one in it, as the subjects of enterprise connections do:
 * `samlp|acme|alice@acme.com`. Where the address begins cannot be told, because `|` may be a part of it (RFC 5322
 * §3.2.3), so such a text is personal as a whole.
 */
export function mayContainEmail(text: string): boolean {
  return AT_SIGN.test(text) && !MACHINE.test(text);
}
