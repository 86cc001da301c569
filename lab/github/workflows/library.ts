import { buildSync } from "esbuild";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import path from "node:path";
import { baseFolders } from "../../instance";

import type * as Expressions from "@actions/expressions" with { "resolution-mode": "import" };
import type * as WorkflowParser from "@actions/workflow-parser" with { "resolution-mode": "import" };
import type * as ConvertJobs from "@actions/workflow-parser/model/converter/jobs" with { "resolution-mode": "import" };
import { projectRoot } from "@ghrunners/core/project-root";
import type * as ConvertEvents from "@actions/workflow-parser/model/converter/events" with {
  "resolution-mode": "import",
};
import type * as ConvertConcurrency from "@actions/workflow-parser/model/converter/concurrency" with {
  "resolution-mode": "import",
};

export type ExpressionsLibrary = typeof Expressions;
export type WorkflowLibrary = typeof WorkflowParser &
  typeof ConvertJobs &
  typeof ConvertEvents &
  typeof ConvertConcurrency & { readonly expressions: ExpressionsLibrary };

const entry = `
export * from "@actions/workflow-parser";
export * from "@actions/workflow-parser/model/converter/jobs";
export * from "@actions/workflow-parser/model/converter/events";
export * from "@actions/workflow-parser/model/converter/concurrency";
export * as expressions from "@actions/expressions";
`;

const packages = ["@actions/workflow-parser", "@actions/expressions", "esbuild"];

function cacheKey(modules: string): string {
  const manifests = packages.map((name) => readFileSync(path.join(modules, name, "package.json"), "utf8"));
  return createHash("sha256")
    .update([entry, ...manifests].join("\0"))
    .digest("hex")
    .slice(0, 16);
}

let loaded: WorkflowLibrary | undefined;

/**
 * GitHub's own workflow parser and expression evaluator.
 * They are published as ES modules that import JSON without an attribute, which Node 20 refuses.
 * So they are bundled to CommonJS once, into the cache.
 */
export function workflowLibrary(): WorkflowLibrary {
  if (loaded !== undefined) return loaded;
  const folder = path.join(baseFolders().cache, "workflow-library", cacheKey(path.join(projectRoot, "node_modules")));
  const file = path.join(folder, "library.cjs");
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    const unfinished = `${file}.${process.pid}`;
    buildSync({
      stdin: { contents: entry, resolveDir: projectRoot },
      bundle: true,
      platform: "node",
      format: "cjs",
      target: "node20",
      outfile: unfinished,
      logLevel: "silent",
    });
    renameSync(unfinished, file);
  }
  loaded = require(file) as WorkflowLibrary;
  return loaded;
}
