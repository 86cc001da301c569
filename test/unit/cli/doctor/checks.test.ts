import assert from "node:assert/strict";
import { judgeAll } from "@ghrunners/cli/doctor/check";
import { checksFor } from "@ghrunners/cli/doctor/checks/all";
import { found, only, own, proxmox, refusal } from "./changed";
import { healthy, settings } from "./facts";

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

  it("look at the delivery runner as at the others", () => {
    const { runners } = settings();
    const own159 = { name: "delivery-1", vmId: 159, address: "198.51.100.59" };
    const deliveryRunner = { ...own159, previews: false, allowedRefs: [], pulumi: {}, egress: [] };
    const facts = own({ configuration: { value: { settings: { ...settings(), deliveryRunner } } } });
    const results = judgeAll(checksFor(facts));
    const about = (name: string): string[] => results.filter(({ subject }) => subject === name).map(({ id }) => id);
    assert.deepEqual(about("delivery-1"), about(runners[0]?.name ?? ""));
    const machine = results.find(({ id, subject }) => id === "runner-machine" && subject === "delivery-1");
    assert.deepEqual([machine?.state, machine?.seen], ["problem", "there is no VM 159"]);
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
