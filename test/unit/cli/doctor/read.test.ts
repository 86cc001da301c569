import assert from "node:assert/strict";
import { SudoRefusedError } from "@ghrunners/core/ssh/script";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { checkoutFiles } from "@ghrunners/cli/doctor/checkout";
import { gitBlob } from "@ghrunners/core/github/git-blob";
import { GitHubError } from "@ghrunners/core/github/errors";
import { within } from "@ghrunners/cli/doctor/read";
import { PulumiError } from "@ghrunners/cli/pulumi/explain";

describe("reading a fact", () => {
  it("gives its value", async () => assert.deepEqual(await within(1_000, "it", async () => 7), { value: 7 }));

  it("gives the error, with the service's status and what Pulumi lacks", async () => {
    const refused = Object.assign(new Error("refused"), { status: 403 });
    assert.deepEqual(await within(1_000, "it", () => Promise.reject(refused)), { error: "refused", status: 403 });
    const limited = new GitHubError("too many requests", 403, Date.now());
    assert.deepEqual(await within(1_000, "it", () => Promise.reject(limited)), { error: "too many requests" });
    const lost = new PulumiError("no stack", "stack");
    assert.deepEqual(await within(1_000, "it", () => Promise.reject(lost)), { error: "no stack", lacks: "stack" });
    const bySudo = new SudoRefusedError("sudo: no");
    assert.deepEqual(await within(1_000, "it", () => Promise.reject(bySudo)), { error: "sudo: no", bySudo: true });
  });

  it("ends at its limit, and says what may help", async () => {
    const late = await within(10, "Proxmox VE", () => new Promise(() => undefined));
    assert.deepEqual(late, { error: "Proxmox VE did not answer within 0.01 s. Next: ghrunners doctor --limit 60" });
    const aborted = await within(10, "pulumi", () => Promise.reject(new DOMException("aborted", "AbortError")));
    assert.match("error" in aborted ? aborted.error : "", /^pulumi did not answer/);
  });
});

describe("this checkout's workflows", () => {
  it("have the hash that git gives their content", () => {
    assert.equal(gitBlob(Buffer.from("")), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
    const root = mkdtempSync(path.join(tmpdir(), "ghr-doctor-"));
    try {
      mkdirSync(path.join(root, ".github/workflows"), { recursive: true });
      writeFileSync(path.join(root, ".github/workflows/a.yml"), "");
      assert.deepEqual(checkoutFiles(root), { ".github/workflows/a.yml": gitBlob(Buffer.from("")) });
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
