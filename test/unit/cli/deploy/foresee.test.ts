import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { foresee, type Sources } from "@ghrunners/cli/deploy/foresee";
import { notStarted } from "@ghrunners/cli/deploy/follow";
import { exitCodeOfFollowed, renderFollowed } from "@ghrunners/cli/deploy/render";
import { projectRoot } from "@ghrunners/core/project-root";
import { parseVersion } from "@ghrunners/deploy/protocol/values";
import type { Request } from "@ghrunners/deploy/protocol/request";
import type { Inspection } from "@ghrunners/deploy/target/queries";
import { lfsPointer } from "../../deploy/support/target";

const read = (file: string): string => readFileSync(path.join(projectRoot, "lab/demo-app", file), "utf8");
const sum = "0".repeat(64);
/** A repository as the demo application's team has it. */
const files: Readonly<Record<string, string>> = {
  ".github/workflows/release.yml": read("repository/.github/workflows/release.yml"),
  "deployment.yaml": read("deployment.yaml"),
  "release/SHA256SUMS": `${sum}  demo-app-1.tar.gz\n${sum}  demo-app-2.tar.gz\n`,
};

const installed: Inspection = { version: "2", sha256: sum, release: "whole", open: null, checks: [], problems: [] };

const sources = (change: Partial<Sources> & { files?: Readonly<Record<string, string>> } = {}): Sources => ({
  pause: () => Promise.resolve(undefined),
  file: (name) => Promise.resolve((change.files ?? files)[name]),
  isBusy: () => Promise.resolve(false),
  inspect: () => Promise.resolve(installed),
  ...change,
});

const look = (version: string, from = sources()) => foresee("release.yml", parseVersion(version), from);

describe("a deployment through GitHub, before a reviewer is asked", () => {
  it("is refused for a version that the repository does not have, with those that it has", async () => {
    const found = await look("99");
    assert.equal(found.kind, "refused");
    assert.match(
      found.kind === "refused" ? found.reason : "",
      /There is no version 99: release\/SHA256SUMS .* has 1, 2\. Nothing was started\. Next: ghrunners deploy --version V/,
    );
  });

  it("is refused where the repository's list of sums is a pointer of Git LFS", async () => {
    const pointed = { ...files, "release/SHA256SUMS": lfsPointer(90) };
    const found = await look("2", sources({ files: pointed }));
    assert.match(
      found.kind === "refused" ? found.reason : "",
      /^The list of sums release\/SHA256SUMS is a pointer of Git LFS, for a file of 90 bytes/,
    );
  });

  it("knows the versions of a list with the line ends of Windows", async () => {
    const list = (files["release/SHA256SUMS"] ?? "").replaceAll("\n", "\r\n");
    assert.deepEqual(await look("2", sources({ files: { ...files, "release/SHA256SUMS": list } })), {
      kind: "unchanged",
    });
  });

  it("is refused while deployments are paused, whatever the repository has", async () => {
    const from = sources({ pause: () => Promise.resolve("Deployments to production are paused") });
    assert.deepEqual(await look("99", from), { kind: "refused", reason: "Deployments to production are paused" });
  });

  it("has nothing to do for the version that is installed and healthy", async () => {
    const asked: Request[] = [];
    const from = sources({ inspect: (_, request) => (asked.push(request), Promise.resolve(installed)) });
    assert.deepEqual(await look("2", from), { kind: "unchanged" });
    assert.deepEqual([asked[0]?.target, asked[0]?.artefact.sha256], ["app", sum]);
    const followed = notStarted("20261128T100000Z-0000", "2");
    assert.equal(renderFollowed(followed, "2"), "Version 2 is installed and healthy: nothing to do.\n");
    assert.equal(exitCodeOfFollowed(followed), 0);
  });

  it("goes on for another version, an unhealthy one, and while a run may still change the target", async () => {
    const failed = {
      name: "api",
      category: "backend",
      critical: true,
      ok: false,
      attempts: 1,
      milliseconds: 1,
    } as const;
    const unhealthy = { ...installed, checks: [{ ...failed, detail: "500" }] };
    assert.deepEqual(await look("1"), { kind: "open" });
    assert.deepEqual(await look("2", sources({ inspect: () => Promise.resolve(unhealthy) })), { kind: "open" });
    assert.deepEqual(await look("2", sources({ isBusy: () => Promise.resolve(true) })), { kind: "open" });
    assert.deepEqual(await look("2", sources({ inspect: () => Promise.resolve(undefined) })), { kind: "open" });
  });

  it("goes on where the repository does not say where its artefacts are", async () => {
    const without = (name: string) => Object.fromEntries(Object.entries(files).filter(([key]) => key !== name));
    for (const name of Object.keys(files))
      assert.deepEqual(await look("99", sources({ files: without(name) })), { kind: "open" }, name);
    const workflow = files[".github/workflows/release.yml"] ?? "";
    for (const text of [
      workflow.replace("plan: deployment.yaml", "plan: ${{ inputs.plan }}"),
      workflow.replace("artefacts: release", "artefacts: release\n      script: fetch.sh"),
      workflow.replace("deploy.yml", "other.yml"),
    ])
      assert.deepEqual(await look("99", sources({ files: { ...files, ".github/workflows/release.yml": text } })), {
        kind: "open",
      });
  });
});
