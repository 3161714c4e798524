import { instructions, loadBundle, report } from "./load.ts";

/** One cold start: load the bundle that the parent named, answer one event, and say so at once. */
const { bundle, event } = instructions() as { readonly bundle: string; readonly event: unknown };

// A lookup keeps no process alive; in Lambda, the runtime does.
setInterval(() => undefined, 60_000);

loadBundle(bundle)
  .handler(event)
  .then(
    () => report({ answered: true, cpu: process.cpuUsage() }),
    (error: unknown) => report({ answered: false, error: String(error) }),
  )
  .finally(() => {
    report({ rss: process.memoryUsage.rss() });
    process.exit();
  });
