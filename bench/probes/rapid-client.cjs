/**
 * Stands in for the native half of aws-lambda-ric, which is not compiled here: the HTTP client of Lambda's Runtime
 * API. It uses node:http, which the runtime client has loaded anyway: a client on `fetch` would cost more than all
 * that is measured.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
const http = require("node:http");
const { Buffer } = require("node:buffer");
const Module = require("node:module");
const process = require("node:process");

const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    const options = {
      agent,
      hostname,
      port,
      method,
      headers,
      path: `/2018-06-01/runtime/invocation/${path}`,
    };
    http
      .request(options, (response) => {
        let bodyJson = "";
        response.setEncoding("utf8");
        response.on("data", (chunk) => (bodyJson += chunk));
        response.on("end", () => resolve({ bodyJson, headers: response.headers }));
      })
      .on("error", reject)
      .end(body);
  });
}

const client = {
  initializeClient: () => undefined,
  next: () => call("GET", "next"),
  done: (id, body) => void call("POST", `${id}/response`, body),
  error: (id, body) => void call("POST", `${id}/error`, body),
};

const load = Module._load;
Module._load = (request, ...rest) =>
  request === "./rapid-client.node" ? client : load.call(Module, request, ...rest);
