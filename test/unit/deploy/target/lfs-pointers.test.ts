import assert from "node:assert/strict";
import { pointedSize } from "@ghrunners/deploy/plan/lfs-pointer";
import { InProcessExecutor } from "../support/in-process";
import { lfsPointer, LocalTarget } from "../support/target";

describe("pointers of Git LFS", () => {
  it("are known by their form, and nothing else is", () => {
    const pointer = lfsPointer(12345);
    const size = (text: string): number | undefined => pointedSize(Buffer.from(text));
    assert.equal(size(pointer), 12345);
    assert.equal(size(pointer.replace("oid", `ext-0-foo sha256:${"b".repeat(64)}\noid`)), 12345);
    for (const other of [
      "",
      `# ${pointer}`,
      ` ${pointer}`,
      pointer.replace("sha256:aa", "sha256:zz"),
      pointer.replace("size 12345\n", ""),
      pointer.replace("spec/v1", "spec/v9"),
      pointer + " ".repeat(1024),
    ])
      assert.equal(size(other), undefined, other);
  });

  describe("in an artefact", function () {
    this.timeout(30_000);
    const target = new LocalTarget();
    after(() => target.remove());

    it("are refused before anything of the release is in service, and the files are named", async () => {
      const agent = () => target.agent(undefined, new InProcessExecutor());
      await target.deploy(target.request("1"), agent());
      const { deployment } = await target.deploy(target.request("2", { pointers: true }), agent());
      assert.deepEqual([deployment.outcome, target.whole()], ["rolled_back", "1"]);
      const said = JSON.stringify(deployment);
      assert.match(said, /static\/a\.png, static\/b\.png in the artefact are pointers of Git LFS\. Expected the files/);
      assert.match(said, /Next: build the artefact where git lfs pull has fetched them/);
      assert.deepEqual(target.leftovers(), []);
    });
  });
});
