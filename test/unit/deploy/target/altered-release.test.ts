import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as queries from "@ghrunners/deploy/target/queries";
import { InProcessExecutor } from "../support/in-process";
import { LocalTarget } from "../support/target";

describe("a release that was altered since", function () {
  this.timeout(30_000);
  let target: LocalTarget;
  beforeEach(() => (target = new LocalTarget()));
  afterEach(() => target.remove());
  const agent = () => target.agent(undefined, new InProcessExecutor());

  it("is unpacked anew before it is put into service", async () => {
    for (const version of ["1", "2", "1"].slice(0, 2)) await target.deploy(target.request(version), agent());
    const feature = path.join(target.root, "opt/demo/releases/1/feature");
    writeFileSync(feature, "changed by hand");
    const { deployment } = await target.deploy(target.request("1"), agent());
    assert.deepEqual([deployment.outcome, target.whole()], ["succeeded", "1"]);
    assert.equal(readFileSync(feature, "utf8"), "works");
    assert.deepEqual(target.leftovers(), []);
  });

  for (const [name, change] of [
    ["content", (folder: string) => writeFileSync(path.join(folder, "feature"), "Works")],
    ["a mode", (folder: string) => chmodSync(path.join(folder, "feature"), 0o666)],
    ["one more file", (folder: string) => writeFileSync(path.join(folder, "more"), "")],
    [
      "a file that fits into no buffer",
      (folder: string) => {
        writeFileSync(path.join(folder, "log"), "");
        truncateSync(path.join(folder, "log"), 2 ** 31);
      },
    ],
    ["a pipe", (folder: string) => execFileSync("mkfifo", [path.join(folder, "pipe")])],
    ["one file less", (folder: string) => rmSync(path.join(folder, "feature"))],
    [
      "a link for a file",
      (folder: string) => {
        rmSync(path.join(folder, "feature"));
        symlinkSync("backend", path.join(folder, "feature"));
      },
    ],
  ] as const)
    it(`is found to be altered by ${name}`, async () => {
      await target.deploy(target.request("1"), agent());
      assert.equal(queries.status(agent(), target.request("1")).release, "whole");
      change(path.join(target.root, "opt/demo/releases/1"));
      assert.equal(queries.status(agent(), target.request("1")).release, "altered");
    });
});
