import { createHash } from "node:crypto";
import { build, type BuildOptions } from "esbuild";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";

/** One file for Node 18 (Debian 12's nodejs), with no other package to install. */
export interface Bundle {
  readonly text: string;
  readonly sha256: string;
}

/**
 * @param entry TypeScript file, from the folder of this file
 * @param constants texts that replace declared names in the bundle
 * @throws Error with esbuild's message
 */
export async function bundle(
  entry: string,
  constants: Readonly<Record<string, string>> = {},
  overrides: Pick<BuildOptions, "format" | "banner" | "minify" | "external"> = {},
): Promise<Bundle> {
  const { outputFiles } = await build({
    entryPoints: [path.join(__dirname, entry)],
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node18",
    legalComments: "inline",
    absWorkingDir: projectRoot,
    define: Object.fromEntries(Object.entries(constants).map(([name, text]) => [name, JSON.stringify(text)])),
    // ssh2 works without its compiled parts if they are missing.
    external: ["*.node", "cpu-features"],
    write: false,
    logLevel: "silent",
    ...overrides,
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`esbuild wrote no file. Expected one bundle of ${entry}.`);
  return { text: file.text, sha256: createHash("sha256").update(file.text).digest("hex") };
}
