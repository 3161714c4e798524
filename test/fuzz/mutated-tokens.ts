import fc from "fast-check";
import { at, type Ground } from "./fixtures.ts";

/** How a token is spoilt after it was signed: plain data, so that it can be kept and done again. */
export interface MutatedToken {
  readonly base: number;
  readonly gateway: number;
  readonly team: number;
  readonly edits: readonly Edit[];
}

interface Edit {
  readonly edit: string;
  readonly part: number;
  readonly at: number;
  readonly other: number;
  readonly text: string;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".split("");
const HEADERS = ['"alg":"none"', '"alg":"HS256"', '"kid":"key-2"', '"crit":[]', '"typ":"at+jwt"', '"x":1'];
const CLAIMS = [
  '"exp":9000000000',
  '"sub":"auth0|x"',
  '"aud":"WebApp"',
  '"scope":"read:x"',
  '"email_verified":true',
];

type Apply = (token: string, edit: Edit, ground: Ground) => string;

const EDITS: Readonly<Record<string, Apply>> = {
  replaceLetter: (token, edit) => splice(token, edit.at % token.length, 1, at(ALPHABET, edit.other)),
  replace: (token, edit) => splice(token, edit.at % token.length, 1, edit.text),
  insert: (token, edit) => splice(token, edit.at % (token.length + 1), 0, edit.text),
  remove: (token, edit) => splice(token, edit.at % token.length, 1 + (edit.other % 8), ""),
  truncate: (token, edit) => token.slice(0, edit.at % token.length),
  behead: (token, edit) => token.slice(edit.at % token.length),
  graft: (token, edit, { tokens }) => {
    const from = edit.at % token.length;
    return token.slice(0, from) + at(tokens, edit.other).slice(from);
  },
  swapPart: (token, edit, { tokens }) =>
    withPart(token, edit, () => at(at(tokens, edit.other).split("."), edit.part)),
  takePart: (token, edit, { tokens }) =>
    withPart(token, edit, () => at(at(tokens, edit.other).split("."), edit.at)),
  repeatPart: (token, edit) => withPart(token, edit, (part) => `${part}.${part}`),
  growPart: (token, edit) => withPart(token, edit, (part) => part + "A".repeat(edit.at % 9000)),
  flipBit: (token, edit) =>
    withPart(token, edit, (part) => {
      const bytes = Buffer.from(part, "base64url");
      if (bytes.length > 0)
        bytes.writeUInt8((at([...bytes], edit.at) ^ (1 << (edit.other % 8))) & 255, edit.at % bytes.length);
      return bytes.toString("base64url");
    }),
  otherLastLetter: (token, edit) =>
    withPart(token, edit, (part) => part.slice(0, -1) + at(ALPHABET, edit.other)),
  pad: (token, edit) => withPart(token, edit, (part) => part + "=".repeat(1 + (edit.other % 2))),
  plainBase64: (token, edit) =>
    withPart(token, edit, (part) => Buffer.from(part, "base64url").toString("base64")),
  hex: (token, edit) => withPart(token, edit, (part) => Buffer.from(part, "base64url").toString("hex")),
  decoded: (token, edit) =>
    withPart(token, edit, (part) => Buffer.from(part, "base64url").toString("latin1")),
  respaced: (token, edit) =>
    withPart(token, { ...edit, part: edit.part % 2 }, (part) => {
      const text = Buffer.from(part, "base64url").toString();
      return Buffer.from(splice(text, edit.at % (text.length + 1), 0, " ")).toString("base64url");
    }),
  member: (token, edit) => {
    const part = edit.part % 2;
    const member = at(part === 0 ? HEADERS : CLAIMS, edit.other);
    return withPart(token, { ...edit, part }, (encoded) => {
      const text = Buffer.from(encoded, "base64url").toString();
      return Buffer.from(text.replace(/\}$/, `,${member}}`)).toString("base64url");
    });
  },
};

const NAMES = Object.keys(EDITS);
const TEXTS = [
  ".",
  "..",
  "=",
  " ",
  "\n",
  "\u0000",
  "+",
  "/",
  "~",
  "%2E",
  "é",
  "A",
  "Bearer ",
  ",",
  "e30",
  '"',
  "\u212a",
];

const edit: fc.Arbitrary<Edit> = fc.record({
  edit: fc.constantFrom(...NAMES),
  part: fc.nat(2),
  at: fc.nat(20_000),
  other: fc.nat(255),
  text: fc.constantFrom(...TEXTS),
});

/** One in twenty or so is left as it was: it must get in where its team lets it. */
export const mutatedTokens: fc.Arbitrary<MutatedToken> = fc.record({
  base: fc.nat(255),
  gateway: fc.nat(4),
  team: fc.nat(6),
  edits: fc.array(edit, { maxLength: 3 }),
});

export function buildMutated({ base, edits }: MutatedToken, ground: Ground): string {
  return edits.reduce(
    (token, step) => (token === "" ? token : applied(token, step, ground)),
    at(ground.tokens, base),
  );
}

function applied(token: string, edit: Edit, ground: Ground): string {
  const apply = EDITS[edit.edit];
  if (apply === undefined) throw new Error(`no edit is called ${edit.edit}`);
  return apply(token, edit, ground);
}

function splice(text: string, from: number, count: number, insert: string): string {
  return text.slice(0, from) + insert + text.slice(from + count);
}

function withPart(token: string, { part }: Edit, change: (part: string) => string): string {
  const parts = token.split(".");
  const index = part % parts.length;
  return parts.map((text, i) => (i === index ? change(text) : text)).join(".");
}
