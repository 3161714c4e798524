import { parse, YAMLMap, type Tags, type YAMLSeq } from "yaml";

const FUNCTIONS = [
  "And",
  "Base64",
  "Cidr",
  "Equals",
  "FindInMap",
  "GetAZs",
  "If",
  "ImportValue",
  "Join",
  "Length",
  "Not",
  "Or",
  "Select",
  "Split",
  "Sub",
  "ToJsonString",
  "Transform",
];

/** CloudFormation's short forms: `!Sub` is `Fn::Sub`, and `!GetAtt A.B` a text that names both. */
const TAGS = [
  ...toTags("Ref", "Ref"),
  ...toTags("Condition", "Condition"),
  ...toTags("GetAtt", "Fn::GetAtt"),
  ...FUNCTIONS.flatMap((name) => toTags(name, `Fn::${name}`)),
];

/**
 * A template, JSON or YAML, with CloudFormation's short forms written out.
 *
 * @throws Error where it is neither
 */
export function parseTemplate(text: string): unknown {
  const trimmed = text.trimStart();
  if (trimmed.startsWith("{")) return JSON.parse(trimmed.replace(/^\uFEFF/, "")) as unknown;
  return parse(text, { customTags: TAGS as unknown as Tags, merge: true, logLevel: "error" }) as unknown;
}

function toTags(name: string, long: string): object[] {
  const tag = `!${name}`;
  const wrap = (value: YAMLMap | YAMLSeq): YAMLMap => {
    const map = new YAMLMap();
    map.set(long, value);
    return map;
  };
  return [
    { tag, resolve: (value: string) => ({ [long]: value }) },
    { tag, collection: "seq", resolve: wrap },
    { tag, collection: "map", resolve: wrap },
  ];
}
