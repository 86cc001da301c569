/**
 * The scripts of the workflows (.github/scripts), each bundled from its TypeScript source: a workflow runs them on a
 * machine that only has Node. They are committed, because a repository that deploys copies them.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { bundle } from "./bundle";

/** Source of each script by its name. */
export const workflowScripts: Readonly<Record<string, string>> = {
  "runner-gate.mjs": "gate/main.ts",
  "report.mjs": "notes/main.ts",
};

export const scriptFile = (name: string): string => path.join(projectRoot, ".github/scripts", name);

/** Bundles a script from its source. */
export async function scriptText(source: string): Promise<string> {
  const made = `// Made from packages/deploy/${source} by npm run build:workflows. Change that file, not this one.`;
  // Packages that load Node's own modules by require need this name.
  const require = `import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);`;
  return (
    await bundle(
      source,
      {},
      {
        format: "esm",
        banner: { js: `${made}\n${require}` },
        // A job has its own token and is no App.
        external: ["*.node", "cpu-features", "@octokit/auth-app"],
      },
    )
  ).text;
}

async function main(): Promise<void> {
  for (const [name, source] of Object.entries(workflowScripts))
    writeFileSync(scriptFile(name), await scriptText(source));
}

if (require.main === module) void main();
