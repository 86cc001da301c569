import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { renderScript, scriptParameters } from "@ghrunners/core/ssh/render-script";
import { renderPolicy } from "@ghrunners/components/runner/render-agent";
import { HOOK_POLICY_FILE, HOOKS_FOLDER } from "@ghrunners/core/vocabulary/runner";
import { projectRoot } from "@ghrunners/core/project-root";

const scripts = path.join(projectRoot, "components", "scripts");

describe("scripts on standard input", () => {
  it("hand every text to bash as it is", () => {
    const texts = fc.string({ unit: "grapheme", maxLength: 40 }).filter((text) => !text.includes("\0"));
    fc.assert(
      fc.property(texts, texts, (first, second) => {
        const script = renderScript('printf "%s\\0%s" "$FIRST" "$SECOND"', { FIRST: first, SECOND: second });
        const { stdout } = spawnSync("bash", ["-s"], { input: script, encoding: "utf8" });
        assert.deepEqual(stdout.split("\0"), [first, second]);
      }),
      { numRuns: 40 },
    );
  });

  it("give back their parameters", () => {
    const names = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,5}$/);
    const texts = fc
      .oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("'", "''\n", "A='b'\n", "'\\''"))
      .filter((text) => !text.includes("\0"));
    fc.assert(
      fc.property(fc.dictionary(names, texts, { noNullPrototype: true }), (parameters) => {
        assert.deepEqual(scriptParameters(renderScript("#!/bin/sh\nX='y'\n", parameters)), parameters);
      }),
    );
    assert.deepEqual(scriptParameters("#!/bin/sh\nX='y'\n"), {});
  });

  it("refuse values and names that no shell variable can have", () => {
    assert.throws(() => renderScript("", { A: "\0" }), /NUL/);
    assert.throws(() => renderScript("", { "a b": "x" }), /not a parameter name/);
  });
});

describe("scripts that run on hosts", () => {
  it("keep their temporary files out of /tmp, where a job can prepare names", () => {
    const folders = [scripts, path.join(projectRoot, "packages", "deploy", "deployer", "scripts")];
    const calls = folders.flatMap((folder) =>
      readdirSync(folder)
        .filter((file) => file.endsWith(".sh"))
        .flatMap((file) =>
          [...readFileSync(path.join(folder, file), "utf8").matchAll(/\$\(mktemp.*/g)].map(
            ([call]) => `${file}: ${call}`,
          ),
        ),
    );
    assert.ok(calls.length >= 2, calls.join("\n"));
    assert.deepEqual(
      calls.filter((call) => !/mktemp -d "\$[^"]+\/[\w-]+\.X{8}"\)/.test(call)),
      [],
    );
  });
});

describe("job hooks", () => {
  let folder: string;
  let policy: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "ghrunners-hook-"));
    policy = path.join(folder, "policy.env");
    const jobs = {
      repository: "octo-org/demo-app",
      events: ["push", "workflow_dispatch"],
      refs: ["refs/heads/main", "refs/tags/v*"],
    };
    writeFileSync(policy, renderPolicy(jobs));
    for (const name of ["job-started.sh", "job-completed.sh"]) writeFileSync(path.join(folder, name), hook(name));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** A hook that reads this test's policy. Its text holds the paths, so that its environment cannot change them. */
  const hook = (name: string): string =>
    readFileSync(path.join(scripts, name), "utf8")
      .replace(HOOK_POLICY_FILE, policy)
      .replace(`source ${HOOKS_FOLDER}/`, `source ${scripts}/`);

  const started = (env: Record<string, string>): { status: number | null; stderr: string } =>
    spawnSync("bash", [path.join(folder, "job-started.sh")], {
      encoding: "utf8",
      env: { PATH: process.env["PATH"], ...env },
    });
  const job = { GITHUB_REPOSITORY: "octo-org/demo-app", GITHUB_EVENT_NAME: "push", GITHUB_REF: "refs/heads/main" };

  it("let an allowed job start", () => {
    assert.equal(started(job).status, 0);
    assert.equal(started({ ...job, GITHUB_REF: "refs/tags/v1.2" }).status, 0);
  });

  for (const [what, change] of [
    ["another repository", { GITHUB_REPOSITORY: "stranger/demo-app" }],
    ["a pull request", { GITHUB_EVENT_NAME: "pull_request" }],
    ["a pull request from a fork", { GITHUB_EVENT_NAME: "pull_request_target" }],
    ["another branch", { GITHUB_REF: "refs/heads/main-2" }],
    ["no ref at all", { GITHUB_REF: "" }],
  ] as const) {
    it(`refuse ${what}`, () => {
      const result = started({ ...job, ...change });
      assert.equal(result.status, 1);
      assert.match(result.stderr, /::error::This runner refuses the job/);
    });
  }

  it("read the policy of root, whatever the environment says", () => {
    const own = path.join(folder, "own-policy.env");
    const anything = { repository: "stranger/demo-app", events: ["*"], refs: ["*"] };
    writeFileSync(own, `${renderPolicy(anything)}touch ${path.join(folder, "replaced")}\n`);
    const environment = { GHRUNNERS_POLICY_FILE: own, POLICY_FILE: own, HOOKS_FOLDER: folder };
    assert.equal(started({ ...job, GITHUB_REPOSITORY: "stranger/demo-app", ...environment }).status, 1);
    assert.equal(existsSync(path.join(folder, "replaced")), false);
    for (const name of ["job-started.sh", "job-completed.sh", "job-traces.sh"])
      assert.doesNotMatch(readFileSync(path.join(scripts, name), "utf8"), /source .*\$/, name);
  });

  it("empty no folder for a user that jobs do not run as", () => {
    const file = path.join(folder, "precious");
    writeFileSync(file, "x");
    const result = spawnSync("bash", [path.join(folder, "job-completed.sh")], {
      encoding: "utf8",
      env: { PATH: process.env["PATH"], GITHUB_WORKSPACE: folder },
    });
    assert.equal(result.status, 0, result.stderr);
    assert.equal(existsSync(file), true);
  });
});
