import type { ParentPath } from "../lint/read/rest.ts";
import type { Provider } from "./framework-types.ts";

/** The resources that the service names under `provider.apiGateway`, so that the rules know the paths below them. */
export function findImportedPaths({ apiGateway = {} }: Provider): readonly ParentPath[] {
  const { restApiResources = [], restApiRootResourceId } = apiGateway;
  const paths = Array.isArray(restApiResources)
    ? restApiResources.map(({ path, resourceId }): [unknown, unknown] => [path, resourceId])
    : Object.entries(restApiResources as Record<string, unknown>);
  return [
    ...(restApiRootResourceId === undefined ? [] : [{ id: restApiRootResourceId, path: "/" }]),
    ...paths.map(([path, id]) => ({ id, path: `/${String(path).replace(/^\/+|\/+$/g, "")}` })),
  ];
}
