import { readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";

/** A schema as it is published; the snapshot tests hold it to what zod says. */
export const publishedSchema = (name: string): object =>
  JSON.parse(readFileSync(path.join(projectRoot, `docs/reference/schemas/${name}.json`), "utf8")) as object;
