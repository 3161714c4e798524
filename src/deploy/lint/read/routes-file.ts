import { posix } from "node:path";
import { HANDLER } from "../../package/function-files.ts";
import { readZip } from "../../package/read-zip.ts";
import { routePermissions, ROUTES_FILE } from "../../../settings/route-permissions.ts";
import type { RoutesFile } from "../model.ts";
import { toRecord, toText } from "../values.ts";
import type { Resource } from "./resources.ts";

/** Finds a file of a function's code by where a template says it is, and reads it; undefined where there is none. */
export type ReadFile = (location: string) => Buffer | undefined;

/** Reads the routes that are packaged with a function; undefined where its code is not on this machine. */
export function readRoutesFile(
  { properties, metadata }: Resource,
  readFile: ReadFile,
): RoutesFile | undefined {
  const handler = toText(properties["Handler"]) ?? "";
  // The package's own file: other functions read no routes.
  if (posix.basename(handler) !== HANDLER) return { rules: {} };
  const name = posix.join(posix.dirname(handler), ROUTES_FILE);
  for (const location of getLocations(properties, toText(metadata["aws:asset:path"]))) {
    const code = readFile(location);
    if (code !== undefined) return parse(() => readZip(code, (each) => each === name)[0]?.content);
    const beside = readFile(`${location}/${posix.dirname(handler)}/authorizer.cjs`);
    if (beside !== undefined) return parse(() => readFile(`${location}/${name}`));
  }
  return undefined;
}

/** SAM and CDK name a file or a folder, Serverless and CDK the name of what is uploaded. */
function getLocations(properties: Resource["properties"], asset: string | undefined): string[] {
  const { Code, CodeUri } = properties;
  const key = toText(toRecord(Code)["S3Key"] ?? toRecord(CodeUri)["Key"]);
  const staged = key === undefined ? undefined : `asset.${posix.basename(key)}`;
  return [asset, toText(CodeUri), key, staged].filter(
    (path) => path !== undefined && path !== "",
  ) as string[];
}

function parse(read: () => Buffer | undefined): RoutesFile {
  try {
    const text = read()?.toString();
    return { rules: text === undefined ? {} : routePermissions(JSON.parse(text)) };
  } catch (error) {
    return { rules: {}, issue: `${ROUTES_FILE} ${(error as Error).message}` };
  }
}
