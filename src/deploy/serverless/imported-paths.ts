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
    for (const [, { Properties = {} }] of getEntries(view)) {
      for (const property of ["ParentId", "ResourceId"])
        if (JSON.stringify(Properties[property]) === JSON.stringify(imported))
          Properties[property] = { Ref: id };
    }
    view.Resources[id] = {
      Type: "AWS::ApiGateway::Resource",
      Properties: { PathPart, ParentId: apiGateway.restApiRootResourceId },
    };
  }
  return view;
}
