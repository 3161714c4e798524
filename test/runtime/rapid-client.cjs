/* global fetch, process */
/**
 * Stands in for the native half of aws-lambda-ric, which `npm ci` does not compile: the HTTP client of Lambda's
 * Runtime API. Loaded with `node --require`; everything else of the runtime client is Lambda's own.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
const Module = require("node:module");

const INVOCATION = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;

/** The native client posts before it returns; here the next request waits for the post instead. */
let posting = Promise.resolve();

async function next() {
  await posting;
  const response = await fetch(`${INVOCATION}/next`);
  return { bodyJson: await response.text(), headers: Object.fromEntries(response.headers) };
}

function post(path, body, headers = {}) {
  posting = fetch(`${INVOCATION}/${path}`, { method: "POST", body, headers });
}

const client = {
  initializeClient: () => undefined,
  next,
  done: (id, body) => post(`${id}/response`, body),
  error: (id, body, xray) => post(`${id}/error`, body, { "Lambda-Runtime-Function-XRay-Error-Cause": xray }),
};

const load = Module._load;
Module._load = (request, ...rest) =>
  request === "./rapid-client.node" ? client : load.call(Module, request, ...rest);
