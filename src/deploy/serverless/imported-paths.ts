import type { Provider } from "./framework-types.ts";

/** A resource of a REST API that belongs to another stack. */
export interface ImportedPath {
  /** As a template refers to it. */
  readonly id: unknown;
  /** Such as `/v1/orders`. */
  readonly path: string;
}

/** The resources that the service names under `provider.apiGateway`, so that the rules know the paths below them. */
export function findImportedPaths({ apiGateway = {} }: Provider): readonly ImportedPath[] {
  const { restApiResources = [], restApiRootResourceId } = apiGateway;
  const paths = Array.isArray(restApiResources)
    ? restApiResources.map(({ path, resourceId }): [unknown, unknown] => [path, resourceId])
    : Object.entries(restApiResources as Record<string, unknown>);
  return [
    ...(restApiRootResourceId === undefined ? [] : [{ id: restApiRootResourceId, path: "/" }]),
    ...paths.map(([path, id]) => ({ id, path: `/${String(path).replace(/^\/+|\/+$/g, "")}` })),
  ];
}
