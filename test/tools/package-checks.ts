/** As much of `@arethetypeswrong/core` and `publint` as is used here. Their types are not installed with the project's own. */
interface TypeChecks {
  readonly createPackageFromTarballData: (tarball: Uint8Array) => { listFiles(): string[] };
  readonly checkPackage: (files: object) => Promise<{ types: unknown; problems?: readonly object[] }>;
}

interface Publint {
  readonly publint: (options: object) => Promise<{ messages: readonly object[]; pkg: object }>;
}

interface PublintUtils {
  readonly formatMessage: (message: object, pkg: object) => string | undefined;
}

// As variables, because tsc looks for what an import names. `npm run test:all -- package` installs them.
const ARE_THE_TYPES_WRONG = "@arethetypeswrong/core";
const PUBLINT = "publint";

const types = (await import(ARE_THE_TYPES_WRONG)) as TypeChecks;
const { publint } = (await import(PUBLINT)) as Publint;
const { formatMessage } = (await import(`${PUBLINT}/utils`)) as PublintUtils;

/** The paths in an npm package, each with the package's own folder before it. */
export function filesOf(tarball: Uint8Array): readonly string[] {
  return types.createPackageFromTarballData(tarball).listFiles();
}

/** What "Are the types wrong" finds in an npm package. */
export async function typeProblems(tarball: Uint8Array): Promise<readonly unknown[]> {
  const analysis = await types.checkPackage(types.createPackageFromTarballData(tarball));
  return analysis.types === false ? ["no types"] : (analysis.problems ?? ["no analysis"]);
}

/** What publint finds in an npm package. */
export async function publintProblems(tarball: Uint8Array): Promise<readonly unknown[]> {
  const { messages, pkg } = await publint({
    pack: { tarball: new Uint8Array(tarball).buffer },
    strict: true,
  });
  return messages.map((message) => formatMessage(message, pkg));
}
