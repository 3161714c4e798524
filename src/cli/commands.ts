import packageJson from "../../package.json" with { type: "json" };
import { doctor } from "./doctor/doctor.ts";
import { explain } from "./explain/explain.ts";
import { revocations } from "./revocations/list.ts";
import { revoke } from "./revocations/revoke.ts";
import { snapshot } from "./snapshot.ts";
import { tenant } from "./tenant.ts";
import { validate } from "./validate/validate.ts";
import { EXIT, UsageError, withoutControls, type Terminal } from "./terminal.ts";

const USAGE = `Usage: auth0-authorizer COMMAND

  doctor       checks a tenant and the settings from outside
  explain      shows how the authorizer decides on a token, step by step
  snapshot     fetches the tenant's keys into a file, to be deployed with the authorizer
  validate     checks a CloudFormation template before it is deployed
  revoke       revokes tokens: a user's, a member's of an organization, a session's, an application's, or one
  revocations  lists what was revoked
  tenant       starts a tenant that behaves like Auth0 on this machine

auth0-authorizer COMMAND --help shows its options, and auth0-authorizer --version the version.
`;

type Command = (args: readonly string[], terminal: Terminal) => Promise<number>;

const COMMANDS: Readonly<Record<string, Command>> = {
  doctor,
  explain,
  snapshot,
  validate,
  revoke,
  revocations,
  tenant,
};

/** @returns the exit code: 0 all well, 1 a problem was found, 2 wrong use, 3 cannot be decided */
export async function runCommand([name, ...args]: readonly string[], terminal: Terminal): Promise<number> {
  if (name === undefined || name === "--help" || name === "help") {
    (name === undefined ? terminal.writeError : terminal.write)(USAGE);
    return name === undefined ? EXIT.usage : EXIT.well;
  }
  if (name === "--version") {
    terminal.write(`${packageJson.version}\n`);
    return EXIT.well;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    terminal.writeError(`auth0-authorizer: there is no command ${withoutControls(name)}\n\n${USAGE}`);
    return EXIT.usage;
  }
  try {
    return await command(args, terminal);
  } catch (error) {
    if (!isWrongUse(error)) throw error;
    terminal.writeError(
      `auth0-authorizer ${name}: ${withoutControls(error.message)}\nFor all options: auth0-authorizer ${name} --help\n`,
    );
    return EXIT.usage;
  }
}

/** Node's own parser of arguments throws errors whose codes begin so. */
function isWrongUse(error: unknown): error is Error {
  const { code } = error as NodeJS.ErrnoException;
  return error instanceof UsageError || code?.startsWith("ERR_PARSE_ARGS") === true;
}
