import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 100;

/**
 * What several test files need and none of them changes, made once in a run of jest: by the first that asks. The others,
 * which may run at the same time, wait for it.
 *
 * @param make fills the folder that it is given
 * @returns the folder
 */
export async function makeOnce(name: string, make: (folder: string) => Promise<unknown>): Promise<string> {
  const folder = join(process.env["SHARED_FOLDER"] ?? "", name);
  const [made, failed] = [`${folder}.made`, `${folder}.failed`];
  if (isFirst(folder)) {
    await make(folder).catch((error: unknown) => {
      mkdirSync(failed);
      throw error;
    });
    mkdirSync(made);
  }
  while (!existsSync(made)) {
    if (existsSync(failed)) throw new Error(`Another test file says why ${name} was not made`);
    await sleep(POLL_MS);
  }
  return folder;
}

/** Only one process can create a folder. */
function isFirst(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
