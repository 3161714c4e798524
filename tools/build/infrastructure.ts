import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Fragment, Infrastructure } from "../../src/serverless/resources.ts";

/** What `infra/` says, for the Serverless plugin, which has no parser of YAML. */
export function infrastructure(): Infrastructure {
  const roles = read("roles") as { authorizer: Fragment["Resources"] & object };
  const { stack, logout, outputs, readers } = read("revocations") as unknown as Revocations;
  const alarms = read("revocation-alarms") as unknown as Pick<Revocations, "stack" | "logout">;
  return {
    revocations: { ...withReaders(stack, readers.authorizer), ...outputs.on },
    revocationAlarms: alarms.stack,
    backChannelLogout: logout,
    backChannelLogoutAlarms: alarms.logout,
    role: { Resources: roles.authorizer },
    alarms: read("alarms"),
    dashboard: read("dashboard"),
    gatewayResponses: read("gateway-responses"),
  };
}

/** What `infra/revocations.yml` has beside what only Serverless understands. */
interface Revocations {
  readonly stack: Fragment;
  readonly logout: Fragment;
  readonly outputs: Readonly<Record<"on", Fragment>>;
  readonly readers: Readonly<Record<"authorizer", unknown>>;
}

/** What Serverless fills in from the same file. */
function withReaders(stack: Fragment, readers: unknown): Fragment {
  const placeholder = '"${file(infra/revocations.yml):readers.${param:deploy}}"';
  return JSON.parse(JSON.stringify(stack).replace(placeholder, JSON.stringify(readers))) as Fragment;
}

function read(name: string): Fragment {
  return parse(readFileSync(`infra/${name}.yml`, "utf8"), { merge: true }) as Fragment;
}
