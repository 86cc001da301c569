import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { archiveOf } from "@ghrunners/lab/github/archive";

describe("the archive of the lab's repository", () => {
  let folder: string;
  const write = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  };
  const listed = (): string[] => {
    const branch = { workflowsDir: path.join(folder, ".github/workflows"), filesDir: path.join(folder, "files") };
    const archive = archiveOf(branch, "octo-org-demo-app-1234567");
    const names = execFileSync("tar", ["--list", "--gzip"], { input: archive, encoding: "utf8" });
    return names.split("\n").filter((name) => name !== "" && !name.endsWith("/"));
  };

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "ghr-archive-"));
    write(".github/workflows/deploy.yml", "on: workflow_call\n");
    write("files/.github/deploy.sh", "echo deployed\n");
    write("files/CHANGELOG.md", "Changes\n");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("has the workflows and the further files in one folder", () => {
    assert.deepEqual(listed(), [
      "octo-org-demo-app-1234567/.github/deploy.sh",
      "octo-org-demo-app-1234567/.github/workflows/deploy.yml",
      "octo-org-demo-app-1234567/CHANGELOG.md",
    ]);
  });

  it("leaves out what .gitattributes marks with export-ignore, as GitHub's archives do", () => {
    write("files/.gitattributes", "/.github export-ignore\n");
    assert.deepEqual(listed(), ["octo-org-demo-app-1234567/.gitattributes", "octo-org-demo-app-1234567/CHANGELOG.md"]);
  });
});
