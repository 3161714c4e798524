import type { Load, Stack } from "../evaluate.ts";
import { createStacks, flatten, type MissingTemplate } from "../stack.ts";
import type { Template } from "../cloudformation.ts";
import { createModel, type Model } from "../model.ts";
import { toList, toText } from "../values.ts";
import { readBodies } from "./bodies.ts";
import { readFunctions } from "./functions.ts";
import { readHttpApis } from "./http.ts";
import { readOpenApi } from "./openapi.ts";
import { readResources, type Resources } from "./resources.ts";
import type { ReadFile } from "./routes-file.ts";
import { readStages } from "./stages.ts";
import { readRestApis, type ParentPath } from "./rest.ts";
import { readSam } from "./sam.ts";

export interface ReadOptions {
  /** Finds nested templates and OpenAPI documents. */
  readonly load: Load;
  /** Finds the code of functions, so that routes which are packaged with it count. */
  readonly readFile: ReadFile;
  /** Values that templates checked together export. */
  readonly exports?: Stack["exports"];
  /** Paths of parents that a REST API's resources have in another stack. */
  readonly parents?: readonly ParentPath[];
}

/** Transforms that add no resource which a caller could reach, beside SAM's, which is read before it. */
const KNOWN_TRANSFORMS = [
  "AWS::Serverless-2016-10-31",
  "AWS::LanguageExtensions",
  "AWS::SecretsManager-2020-07-23",
  "AWS::SecretsManager-2024-09-16",
  "AWS::CodeDeployBlueGreen",
];
/** Types that hold resources which the template does not show. */
const OPAQUE_TYPES = /^AWS::CloudFormation::StackSet$|::MODULE$/;

/** What a template and those nested in it deploy. */
export function readModel(template: Template, options: ReadOptions): Model {
  const { root, missing } = createStacks(template, options.load, options.exports);
  const resources = readResources(root);
  const model = createModel();
  noteUnread(root, resources, missing, model);
  readStages(resources, model);
  readRestApis(resources, options.parents ?? [], model);
  readHttpApis(resources, model);
  const bodies = [...readBodies(resources, model), ...readSam(resources, model)];
  for (const body of bodies) readOpenApi(body, resources, model);
  readFunctions(resources, model, options.readFile);
  return model;
}

function noteUnread(
  root: Stack,
  { all }: Resources,
  missing: readonly MissingTemplate[],
  { unread }: Model,
): void {
  const note = (resource: string, what: string): void => {
    unread.push({ rule: "template-not-read", resource, what });
  };
  for (const { resource, location } of missing)
    note(resource, `the nested template ${location} was not found on this machine`);
  for (const stack of flatten(root))
    for (const transform of toList(stack.template.Transform)) {
      const name = toText(transform) ?? "AWS::Include";
      if (!KNOWN_TRANSFORMS.includes(name)) note(`${stack.prefix}Transform`, `${name} may add anything`);
    }
  for (const { id, type, raw } of all) {
    if (/(?:^|\/)Fn::/.test(id)) note(id, "it adds resources at deployment");
    else if (OPAQUE_TYPES.test(type)) note(id, `${type} holds resources that the template does not show`);
    else if ("Fn::Transform" in raw && type.startsWith("AWS::"))
      note(id, "Fn::Transform adds properties to it");
  }
}
