import assert from "node:assert/strict";
import { judgeAll } from "@ghrunners/cli/doctor/check";
import { checksFor } from "@ghrunners/cli/doctor/checks/all";
import { found, only, own, proxmox, refusal } from "./changed";
import { healthy } from "./facts";

describe("the doctor's checks", () => {
  it("are all ok where everything works", () => assert.deepEqual(found(healthy()), []));

  it("are skipped below the one that failed, which is named", () => {
    const results = judgeAll(checksFor(proxmox({ guests: refusal(401, "refused") })));
    const machine = results.find(({ id }) => id === "runner-machine");
    assert.deepEqual([machine?.state, machine?.because], ["skipped", "proxmox-token"]);
    const disk = results.find(({ id }) => id === "runner-disk");
    assert.deepEqual([disk?.state, disk?.because], ["skipped", "proxmox-token"]);
    assert.equal(results.find(({ id }) => id === "github-repository")?.state, "ok");
  });

  for (const [lacks, id] of [
    ["backend", "backend"],
    ["stack", "stack"],
    ["passphrase", "passphrase"],
  ] as const) {
    it(`are only those of this machine when Pulumi lacks the ${lacks}`, () => {
      const failure = { error: `Pulumi lacks it. Expected it. Next: get the ${lacks}`, lacks };
      const stack = lacks === "passphrase" ? { value: "lab" } : failure;
      const facts = own({ stack, configuration: failure, state: failure });
      assert.deepEqual(only(facts).what, `problem ${id}`);
      assert.equal(only(facts).next, `get the ${lacks}`);
      assert.ok(judgeAll(checksFor(facts)).every(({ stage }) => stage === "own"));
    });
  }

  it("report every problem of the configuration with its command", () => {
    const problems = ["proxmox.node", "github.repository"].map((path) => ({
      path,
      seen: "nothing",
      allowed: "something",
    }));
    const wrong = found(own({ configuration: { value: { problems } } }));
    assert.deepEqual(
      wrong.map(({ id, seen, expected }) => [id, seen, expected]),
      problems.map(({ path }) => ["configuration", `ghrunners:${path}: nothing`, "something"]),
    );
    assert.match(wrong[0]?.next ?? "", /^pulumi config set --path 'ghrunners:proxmox\.node'/);
  });
});
