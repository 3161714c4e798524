import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Fragment, Infrastructure } from "../../src/serverless/resources.ts";

/** What `infra/` says, for the Serverless plugin, which has no parser of YAML. */
export function infrastructure(): Infrastructure {
  const roles = read("roles") as { authorizer: Fragment["Resources"] & object };
  return {
    role: { Resources: roles.authorizer },
    alarms: read("alarms"),
    dashboard: read("dashboard"),
    gatewayResponses: read("gateway-responses"),
  };
}

function read(name: string): Fragment {
  return parse(readFileSync(`infra/${name}.yml`, "utf8"), { merge: true }) as Fragment;
}
