import { instructions, loadWith, report } from "./load.ts";

interface Instructions {
  readonly bundle: string;
  readonly valid: readonly unknown[];
  readonly garbage: readonly unknown[];
  readonly requests: number;
}

const { bundle, valid, garbage, requests } = instructions() as Instructions;
const { handler } = loadWith({ AUTHORIZER_LOG_LEVEL: "silent" }, bundle);

/** A tenth of the requests is garbage, as in an attack that a gateway has not noticed yet. */
async function serve(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const events = index % 10 === 0 ? garbage : valid;
    await handler(events[index % events.length]).catch(() => undefined);
  }
}

function heapBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

async function main(): Promise<void> {
  await serve(Math.min(5000, requests));
  const before = heapBytes();
  await serve(requests);
  report({ heapGrowthBytes: heapBytes() - before, rssBytes: process.memoryUsage.rss() });
  process.exit();
}

void main();
