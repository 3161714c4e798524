import { evaluate } from "../evaluate.ts";
import type { ApiKind, Model } from "../model.ts";
import { getWhyUnknown, toRecord, toText } from "../values.ts";
import type { Body } from "./openapi.ts";
import type { Resource, Resources } from "./resources.ts";

const KINDS: Readonly<Record<string, ApiKind>> = {
  "AWS::ApiGateway::RestApi": "rest",
  "AWS::ApiGatewayV2::Api": "http",
};

/** The OpenAPI documents of APIs that are not SAM's: in the template, or in a file that it names. */
export function readBodies(resources: Resources, model: Model): Body[] {
  return resources.ofType(...Object.keys(KINDS)).flatMap((resource) => {
    const { id, type, properties } = resource;
    const { Body, BodyS3Location } = properties;
    if (Body === undefined && BodyS3Location === undefined) return [];
    const document = Body ?? loadDocument(resource);
    if (getWhyUnknown(document) === undefined && "paths" in toRecord(document))
      return [
        { api: id, kind: KINDS[type] ?? "rest", document: toRecord(document), fallback: { kind: "none" } },
      ];
    const what =
      Body === undefined ? "its OpenAPI document is in S3" : "its OpenAPI document is added at deployment";
    model.unread.push({ rule: "template-not-read", resource: id, what });
    return [];
  });
}

/** CDK writes the asset's file into the metadata; before `aws cloudformation package` it is a path. */
function loadDocument({ stack, properties, metadata }: Resource): unknown {
  const path = toText(metadata["aws:asset:path"]) ?? toText(properties["BodyS3Location"]);
  return path === undefined ? undefined : evaluate(stack, stack.load(path));
}
