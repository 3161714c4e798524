import crypto, { createPrivateKey, createPublicKey } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire, syncBuiltinESMExports } from "node:module";
import process from "node:process";

/** As many as test/signing-keys.cjs gives out in turn. */
const DIFFERENT_KEYS = 12;
const USUAL = { modulusLength: 2048 };

/**
 * Gives the tests the same keys in every process. Stryker starts one for each mutant of what runs when a file is loaded,
 * and making the keys would take longer than its tests.
 */
export function useStoredKeys(path) {
  const { generateKeyPairSync } = crypto;
  if (!existsSync(path)) {
    const pems = Array.from({ length: DIFFERENT_KEYS }, () =>
      generateKeyPairSync("rsa", USUAL).privateKey.export({ type: "pkcs8", format: "pem" }),
    );
    // At once, because another process may be reading.
    writeFileSync(`${path}.${process.pid}`, JSON.stringify(pems));
    renameSync(`${path}.${process.pid}`, path);
  }
  const pems = JSON.parse(readFileSync(path, "utf8"));
  let taken = 0;
  crypto.generateKeyPairSync = (type, options) => {
    const isUsual = type === "rsa" && options.modulusLength === 2048 && Object.keys(options).length === 1;
    if (!isUsual) return generateKeyPairSync(type, options);
    const pem = pems[taken++ % DIFFERENT_KEYS];
    return { privateKey: createPrivateKey(pem), publicKey: createPublicKey(pem) };
  };
  createRequire(import.meta.url)("../signing-keys.cjs");
  syncBuiltinESMExports();
}
