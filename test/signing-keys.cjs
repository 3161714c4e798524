/**
 * Making an RSA key takes more processor time than most tests. So each of Jest's workers makes a few and gives them out in
 * turn: those of one test differ, and a later one gets them again, under other key IDs. CommonJS, because a file that
 * imports a module of Node.js fixes what the test's files import from it.
 */
const crypto = require("node:crypto");
const { promisify } = require("node:util");

const DIFFERENT_KEYS = 12;

const { generateKeyPair, generateKeyPairSync } = crypto;
// The module is the worker's: the file before has replaced its functions already.
if (generateKeyPairSync.name !== "takeKeyPair") {
  const pairs = [];
  let taken = 0;
  const takeKeyPair = (type, options) => {
    const isUsual = type === "rsa" && options.modulusLength === 2048 && Object.keys(options).length === 1;
    if (!isUsual) return generateKeyPairSync(type, options);
    const index = taken++ % DIFFERENT_KEYS;
    return (pairs[index] ??= generateKeyPairSync(type, options));
  };
  const generate = (...args) => generateKeyPair(...args);
  generate[promisify.custom] = (type, options) =>
    new Promise((resolve) => resolve(takeKeyPair(type, options)));
  Object.assign(crypto, { generateKeyPair: generate, generateKeyPairSync: takeKeyPair });
}
