// Unpacks the Chromium beside its package, with the libraries that it needs, and prints where and how to start it.
// The package does that in a folder which everybody shares, and brings its libraries only where it believes to be in
// Lambda: it finds both in the environment, so this runs in a process of its own. Its flags are left alone: they make
// one process of the browser, which ends with its first page.
import process from "node:process";
import chromium from "@sparticuz/chromium";

const path = await chromium.executablePath();
const { LD_LIBRARY_PATH, FONTCONFIG_PATH } = process.env;
process.stdout.write(JSON.stringify({ path, env: { LD_LIBRARY_PATH, FONTCONFIG_PATH } }));
