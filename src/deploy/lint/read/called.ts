import type { Authorizer, LambdaFunction } from "../model.ts";
import { getReferences, getWhyUnknown } from "../values.ts";
import type { Resource, Resources } from "./resources.ts";
import { readRoutesFile, type ReadFile } from "./routes-file.ts";

/** The function that an authorizer calls. Code of another template is not read. */
export function readCalled(
  uri: unknown,
  resources: Resources,
): Pick<Authorizer, "function" | "imported" | "why"> {
  const imported = resources.findImportedFunction(uri);
  return {
    function: resources.findFunction(uri),
    imported: imported === undefined ? undefined : toFunction(imported, () => undefined),
    why: getWhyUnknown(uri) ?? "it is another stack's",
  };
}

export function toFunction(resource: Resource, readFile: ReadFile): LambdaFunction {
  const { id, properties } = resource;
  const role = getReferences(properties["Role"])[0];
  return { id, properties, role, routesFile: readRoutesFile(resource, readFile) };
}
