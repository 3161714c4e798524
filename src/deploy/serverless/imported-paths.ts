import type { Template } from "../lint/cloudformation.ts";
import type { Provider } from "./framework-types.ts";
import { getEntries } from "./edit-template.ts";

/**
 * The template as the rules are to read it: with the paths of resources that belong to another stack, which the
 * service names under `provider.apiGateway.restApiResources`.
 */
export function withImportedPaths(template: Template, { apiGateway = {} }: Provider): Template {
  const { restApiResources = [] } = apiGateway;
  const paths = Array.isArray(restApiResources)
    ? restApiResources.map(({ path, resourceId }) => [path, resourceId] as const)
    : Object.entries(restApiResources);
  if (paths.length === 0) return template;
  const view = structuredClone(template) as { Resources: Record<string, unknown> } & Template;
  for (const [index, [path, imported]] of paths.entries()) {
    const id = `ImportedPath${index}`;
    const PathPart = String(path).replace(/^\/+|\/+$/g, "");
    if (PathPart === "") continue;
    replaceReferences(view, imported, id);
    view.Resources[id] = {
      Type: "AWS::ApiGateway::Resource",
      Properties: { PathPart, ParentId: apiGateway.restApiRootResourceId },
    };
  }
  return view;
}

function replaceReferences(template: Template, imported: unknown, id: string): void {
  const isImported = (value: unknown): boolean => JSON.stringify(value) === JSON.stringify(imported);
  for (const [, { Properties = {} }] of getEntries(template)) {
    for (const property of ["ParentId", "ResourceId"])
      if (isImported(Properties[property])) Properties[property] = { Ref: id };
  }
}
