/**
 * Makes a toolchain and prints where its parts came from; on failure the message, with exit code 1. Arguments: CACHE
 * RELEASES.
 */
import { ensureToolchain } from "@ghrunners/lab/toolchain/index";

const [cache = "", releases = ""] = process.argv.slice(2);
ensureToolchain({ cache, releases }).then(
  ({ parts }) => process.stdout.write(JSON.stringify(parts.map(({ name, origin }) => [name, origin]))),
  (error: Error) => {
    process.stdout.write(`${error.name}: ${error.message}`);
    process.exitCode = 1;
  },
);
