import assert from "node:assert/strict";
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse } from "yaml";
import { projectRoot } from "@ghrunners/core/project-root";

/** Workflow, and its step that empties the job's folder. */
const steps: Readonly<Record<string, string>> = {
  "deploy.yml": "Leave nothing behind",
  "preview.yml": "Fetch the commit",
  "staging.yml": "Fetch the commit",
  "production.yml": "Fetch the commit",
  "drift.yml": "Fetch the commit",
  "upkeep.yml": "Fetch the commit",
};

interface Workflow {
  readonly jobs: Readonly<
    Record<string, { readonly steps?: readonly { readonly name: string; readonly run?: string }[] }>
  >;
}

function scriptOf(file: string, name: string): string {
  const text = readFileSync(path.join(projectRoot, ".github/workflows", file), "utf8");
  const all = Object.values((parse(text) as Workflow).jobs).flatMap((job) => job.steps ?? []);
  const run = all.find((step) => step.name === name)?.run;
  assert.ok(run, `${file} has no step "${name}" with a script`);
  return run;
}

/** Root may delete in any folder, so the steps run as a user that may not, as a runner's jobs do. */
const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

describe("a job's folder with folders that an earlier job closed, as Go's modules are", () => {
  let scratch: string;
  let workspace: string;

  beforeEach(() => {
    scratch = mkdtempSync(path.join(tmpdir(), "ghr-emptied-"));
    workspace = path.join(scratch, "workspace");
    const module = path.join(workspace, "go/pkg/mod/example@v1");
    mkdirSync(module, { recursive: true });
    writeFileSync(path.join(module, "go.mod"), "module example\n", { mode: 0o444 });
    // Git is asked for the commit after the folder is empty; here is no server to ask.
    mkdirSync(path.join(scratch, "bin"));
    writeFileSync(path.join(scratch, "bin/git"), "#!/bin/sh\n", { mode: 0o755 });
    for (const folder of ["", "/workspace/go", "/workspace/go/pkg", "/workspace/go/pkg/mod", "/workspace"])
      give(folder);
    give("/workspace/go/pkg/mod/example@v1");
    give("/workspace/go/pkg/mod/example@v1/go.mod");
    for (const folder of [module, path.join(workspace, "go/pkg"), path.join(workspace, "go")]) chmodSync(folder, 0o555);
  });
  afterEach(() => {
    // Closed folders are left where a step could not empty them.
    spawnSync("chmod", ["-R", "u+rwx", scratch]);
    rmSync(scratch, { recursive: true });
  });

  const give = (file: string): void => {
    if (isRoot) chownSync(`${scratch}${file}`, NOBODY, NOBODY);
  };

  function perform(script: string): SpawnSyncReturns<string> {
    return spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
      cwd: workspace,
      encoding: "utf8",
      env: {
        PATH: `${path.join(scratch, "bin")}:/usr/bin:/bin`,
        GITHUB_WORKSPACE: workspace,
        RUNNER_TEMP: scratch,
        GITHUB_TOKEN: "planted-token",
        GITHUB_SERVER_URL: "https://github.example",
        GITHUB_REPOSITORY: "octo-org/demo-app",
        COMMIT: "0".repeat(40),
      },
      ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
    });
  }

  for (const [file, name] of Object.entries(steps)) {
    it(`is emptied by ${file}`, () => {
      const { status, stderr } = perform(scriptOf(file, name));
      assert.deepEqual([status, readdirSync(workspace)], [0, []], stderr);
    });
  }

  it("with what its user cannot delete makes no failed deployment of a finished one", function () {
    if (!isRoot) this.skip();
    const other = path.join(workspace, "of-a-container");
    mkdirSync(other, { mode: 0o755 });
    writeFileSync(path.join(other, "file"), "");
    const { status, stdout } = perform(scriptOf("deploy.yml", steps["deploy.yml"]!));
    assert.equal(status, 0);
    assert.match(stdout, /^::warning title=Files are left::/m);
    assert.deepEqual(readdirSync(workspace), ["of-a-container"]);
  });
});
