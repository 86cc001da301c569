import path from "node:path";
import type { Toolchain } from "./manifest";

/**
 * The variables for a hermetic run of the engine: this toolchain's plugins and no others, nothing fetched, nothing
 * asked. Backend and passphrase are the caller's.
 * @param env the environment whose PATH is extended
 */
export function toolchainEnvironment(
  toolchain: Toolchain,
  env: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  return {
    PULUMI_HOME: toolchain.home,
    PATH: env.PATH === undefined ? toolchain.binDir : toolchain.binDir + path.delimiter + env.PATH,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}
