import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { repositoryTable, templateTable } from "@ghrunners/lab/matrix/table";
import { unalignedRows } from "./documents";

describe("the tables of the matrix", () => {
  for (const [file, table] of [
    ["docs/reference/repository.md", repositoryTable()],
    ["docs/how-to/template.md", templateTable()],
  ] as const)
    it(`stand in ${file} as the engine's test has seen them`, () => {
      const page = unalignedRows(readFileSync(path.join(projectRoot, file), "utf8")).join("\n");
      assert.ok(page.includes(unalignedRows(table).join("\n")), `${file} lacks this table:\n${table}`);
    });
});
