import { instructions, loadBundle, report } from "./load.ts";

/** One cold start: load the bundle that the parent named and, once it waits for events, answer one. */
const { bundle, event } = instructions() as { readonly bundle: string; readonly event: unknown };

// A lookup keeps no process alive; in Lambda, the runtime does.
setInterval(() => undefined, 60_000);

async function main(): Promise<void> {
  const startedAt = performance.now();
  const { handler, primed } = loadBundle(bundle);
  await primed;
  // Lambda asks for the first event when nothing is left that the start has begun and that needs no waiting.
  await new Promise(setImmediate);
  const calledAt = performance.now();
  await handler(event);
  const startMs = calledAt - startedAt;
  report({ answered: true, startMs, firstMs: performance.now() - calledAt, cpu: process.cpuUsage() });
}

main()
  .catch((error: unknown) => report({ answered: false, error: String(error) }))
  .finally(() => {
    report({ rss: process.memoryUsage.rss() });
    process.exit();
  });
