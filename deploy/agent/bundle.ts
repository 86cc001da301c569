import { createHash } from "node:crypto";
import { build } from "esbuild";
import path from "node:path";

/** The agent as one file for Debian 12's nodejs, with nothing to install beside it. */
export interface Bundle {
  readonly text: string;
  readonly sha256: string;
}

export async function bundleAgent(): Promise<Bundle> {
  const { outputFiles } = await build({
    entryPoints: [path.join(__dirname, "main.ts")],
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node18",
    legalComments: "inline",
    absWorkingDir: path.resolve(__dirname, "../.."),
    write: false,
    logLevel: "silent",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild wrote no file. Expected one bundle of deploy/agent/main.ts.");
  return { text: file.text, sha256: createHash("sha256").update(file.text).digest("hex") };
}
