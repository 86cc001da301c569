/**
 * The console's page as files for a browser. It is bundled when it is asked for, in a fifth of a second, by the esbuild
 * that also bundles what runs on hosts: nothing made is committed, and after `npm ci` nothing is fetched.
 */
import { build } from "esbuild";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";

export interface PageFiles {
  readonly script: string;
  readonly style: string;
}

/** First file of the console's own page. */
export const consolePage = path.join(__dirname, "page/main.tsx");

/**
 * Bundles a page.
 * @param entry absolute path of its first file, such as consolePage
 * @throws Error with esbuild's message
 */
export async function pageFiles(entry: string): Promise<PageFiles> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    platform: "browser",
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    minify: true,
    legalComments: "none",
    absWorkingDir: projectRoot,
    // Names the files; nothing is written.
    outdir: "page",
    write: false,
    logLevel: "silent",
  });
  const textOf = (ending: string): string => {
    const file = outputFiles.find(({ path: name }) => name.endsWith(ending));
    if (file === undefined) throw new Error(`esbuild made no ${ending} file. Expected one bundle of ${entry}.`);
    return file.text;
  };
  return { script: textOf(".js"), style: textOf(".css") };
}
