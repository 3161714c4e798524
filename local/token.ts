import { parseArgs } from "node:util";
import { API_IDENTIFIER, DEFAULT_ISSUER, applications, users } from "./tenant/directory.ts";
import type { Application, ApplicationName, User } from "./tenant/directory.ts";
import { machineToken, signIn } from "./sign-in.ts";

const HELP = `Signs a user of the local tenant in, through the real code flow, and prints one token.

  npm run --silent token -- [options]

  --user EMAIL      who signs in: ${emails().join(" or ")} (default: the first)
  --app NAME        into which application: ${Object.keys(applications).join(", ")} (default: spa)
  --type TYPE       id, access, or opaque, which is what an app gets that forgets the audience (default: access)
  --audience ID     the API that the access token is for (default: ${API_IDENTIFIER})
  --issuer URL      where the tenant answers (default: ${DEFAULT_ISSUER})
  --help            this text

  curl -H "Authorization: Bearer $(npm run --silent token -- --type id)" URL
`;

/** An error of the person who typed the command: what is wrong, and what to do next. */
class UsageError extends Error {}

interface TokenRequest {
  readonly issuer: string;
  readonly application: Application;
  readonly user: User;
  readonly type: "id" | "access" | "opaque";
  readonly audience: string;
}

try {
  const request = readOptions(process.argv.slice(2));
  process.stdout.write(request === undefined ? HELP : `${await fetchToken(request)}\n`);
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}

/** Undefined where help is asked for. */
function readOptions(args: string[]): TokenRequest | undefined {
  const text = { type: "string" } as const;
  const options = {
    user: text,
    app: text,
    type: text,
    audience: text,
    issuer: text,
    help: { type: "boolean" },
  } as const;
  const { values } = parseArgs({ args, options });
  if (values.help === true) return undefined;
  return {
    issuer: (values.issuer ?? DEFAULT_ISSUER).replace(/\/*$/, "/"),
    application:
      applications[oneOf("--app", values.app ?? "spa", Object.keys(applications) as ApplicationName[])],
    user: findUser(values.user ?? users.verified.email),
    type: oneOf("--type", values.type ?? "access", ["id", "access", "opaque"]),
    audience: values.audience ?? API_IDENTIFIER,
  };
}

async function fetchToken({ issuer, application, user, type, audience }: TokenRequest): Promise<string> {
  const { clientId, clientSecret, redirectUris } = application;
  if (clientSecret !== undefined) {
    if (type !== "access")
      throw new UsageError("A machine has no user, so it gets access tokens only: --type access");
    return (await machineToken({ issuer, clientId, clientSecret, audience })).access_token;
  }
  const { email, password } = user;
  const redirectUri = redirectUris[0] ?? "";
  const forApi = type === "access" ? { audience } : {};
  const tokens = await signIn({ issuer, clientId, redirectUri, email, password, ...forApi });
  return type === "id" ? tokens.id_token : tokens.access_token;
}

function findUser(email: string): User {
  const user = Object.values(users).find((candidate) => candidate.email === email);
  if (!user) throw new UsageError(`--user is one of ${emails().join(", ")}, not ${email}`);
  return user;
}

function oneOf<T extends string>(option: string, value: string, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw new UsageError(`${option} is one of ${choices.join(", ")}, not ${value}`);
  return choice;
}

function emails(): string[] {
  return Object.values(users).map((user) => user.email);
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof UsageError || "code" in error) return `${error.message}\nFor all options: --help`;
  if (error.message === "fetch failed") return "The local tenant does not answer. Start it with: npm start";
  return `The tenant gave no token. ${error.message}`;
}
