/**
 * oidc-provider without its first word on Node.js 20: that its authors support 22 and later only. What the tenant uses
 * of it works there too, as the tests of the tenant show, and no one who tries the project can do anything about it.
 */
const UNSUPPORTED = "oidc-provider WARNING: Unsupported runtime";

const warn = console.warn.bind(console);
console.warn = (...words: unknown[]): void => {
  if (!String(words[0]).includes(UNSUPPORTED)) warn(...words);
};
export const { Provider, errors, interactionPolicy } = await import("oidc-provider");
console.warn = warn;

export type Provider = InstanceType<typeof Provider>;
