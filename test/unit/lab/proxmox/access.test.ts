import assert from "node:assert/strict";
import { AccessControl, requireAll } from "@ghrunners/lab/proxmox/access";
import { acl, secret, testSeed, tokenId } from "./harness";

const noFaults = { isExpired: () => false, isRemoved: () => false };

describe("the record of used privileges", () => {
  const access = new AccessControl(
    () => testSeed().tokens,
    noFaults,
    (vmid) => (vmid === 151 ? "runners" : undefined),
  );
  const caller = access.authenticate(`PVEAPIToken=${tokenId}=${secret}`, 0);

  it("names the entry that let a call pass, and leaves out what was refused", () => {
    assert.ok(caller);
    assert.deepEqual(
      access.report().flatMap(({ used }) => used),
      [],
    );
    requireAll(caller, "/vms/152", ["VM.Audit"]);
    assert.throws(() => requireAll(caller, "/vms/152", ["VM.Console"]), /VM\.Console/);
    requireAll(caller, "/vms/151", ["Pool.Audit"]); // By the pool that the VM is in.
    const report = access.report();
    assert.deepEqual(
      report.filter(({ used }) => used.length > 0).map(({ path, used }) => [path, used]),
      [
        ["/vms", ["VM.Audit"]],
        ["/pool", ["Pool.Audit"]],
      ],
    );
    for (const [index, { privileges }] of acl.entries()) {
      const { used, unused } = report[index] ?? { used: [], unused: [] };
      assert.deepEqual([...used, ...unused].sort(), [...privileges].sort());
    }
  });
});
