import {
  formatRoutesFile,
  mergeRoutePermissions,
  routePermissions,
  ROUTES_FILE,
  type RoutePermissions,
} from "../../settings/route-permissions.ts";
import { readZip } from "./read-zip.ts";
import { zip } from "./zip.ts";

/**
 * Adds routes to a zip with the function's code, to those that it has already.
 *
 * @throws Error if it is not a zip file
 */
export function addRoutes(code: Buffer, routes: RoutePermissions): Buffer {
  const files = readZip(code);
  const known = files.find(({ name }) => name === ROUTES_FILE);
  const before = known === undefined ? {} : routePermissions(JSON.parse(known.content.toString()));
  const content = Buffer.from(formatRoutesFile(mergeRoutePermissions(before, routes)));
  return zip([...files.filter((file) => file !== known), { name: ROUTES_FILE, content }]);
}
