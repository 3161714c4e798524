import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Fragment, Infrastructure } from "../../src/deploy/serverless/resources.ts";
import type { Template } from "../../src/deploy/lint/cloudformation.ts";

/** What `infra/` says, for the Serverless plugin, which has no parser of YAML. */
export function infrastructure(): Infrastructure {
  const roles = read("roles") as { authorizer: Fragment["Resources"] & object };
  const { stack, logout, outputs, readers } = read("revocations") as unknown as Revocations;
  const alarms = revocationAlarms();
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

/** The alarms of `infra/` as a stack of their own, whose parameters name what they watch. */
export function alarmsStack(): Template {
  const { stack, logout } = revocationAlarms();
  const resources = {
    ...read("alarms").Resources,
    ...whereThereIs("HasRevokeOnEvent", stack.Resources),
    ...whereThereIs("HasBackChannelLogout", logout.Resources),
  };
  return { ...read("alarms-stack"), Resources: withParameters(resources) };
}

function revocationAlarms(): Pick<Revocations, "stack" | "logout"> {
  return read("revocation-alarms") as unknown as Pick<Revocations, "stack" | "logout">;
}

/** Resources that have this condition, unless they have a narrower one. */
function whereThereIs(Condition: string, resources: Fragment["Resources"] = {}): Template["Resources"] {
  return Object.fromEntries(
    Object.entries(resources).map(([name, resource]) => [name, { Condition, ...resource }]),
  );
}

/** With parameters of the stack in place of Serverless's. The names of alarms begin with that of the authorizer. */
function withParameters(resources: Template["Resources"]): Template["Resources"] {
  const text = JSON.stringify(resources)
    .replaceAll('{"Fn::GetAtt":["RevocationDeadLetters","QueueName"]}', '{"Ref":"RevocationDeadLetters"}')
    .replaceAll("${self:service}-${sls:stage}", "${AuthorizerLambdaFunction}")
    .replaceAll("${param:ALARM_REFUSED_PERCENT}", "${AlarmRefusedPercent}")
    .replaceAll(/"\$\{(\w+)\}"/g, '{"Ref":"$1"}')
    .replaceAll(/"[^"]*\$\{\w+\}[^"]*"/g, '{"Fn::Sub":$&}');
  return JSON.parse(text) as Template["Resources"];
}

function read(name: string): Fragment {
  return parse(readFileSync(`infra/${name}.yml`, "utf8"), { merge: true }) as Fragment;
}
