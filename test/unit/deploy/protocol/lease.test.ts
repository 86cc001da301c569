import assert from "node:assert/strict";
import { grant, type Lease, leaseState, renew } from "@ghrunners/deploy/protocol/lease";

const at = (ms: number, boot = "a") => ({ boot, ms });
const lease: Lease = grant(7, at(1_000), 30, 100);

describe("a lease", () => {
  it("ends after its own time, and cannot be renewed beyond the limit of the whole", () => {
    assert.deepEqual(lease, { token: 7, boot: "a", untilMs: 1_030, lastMs: 1_100 });
    assert.deepEqual(grant(7, at(1_000), 100, 30), { token: 7, boot: "a", untilMs: 1_030, lastMs: 1_030 });
  });

  it("is held up to its last millisecond, by its own token, in its own boot", () => {
    assert.equal(leaseState(lease, 7, at(1_029)), "held");
    assert.equal(leaseState(lease, 7, at(1_030)), "expired");
    assert.equal(leaseState(lease, 6, at(1_000)), "expired");
    assert.equal(leaseState(lease, 7, at(1_000, "b")), "expired");
    assert.equal(leaseState(undefined, 7, at(1_000)), "expired");
  });

  it("is renewed from now on, up to the limit of the whole", () => {
    assert.deepEqual(renew(lease, 7, at(1_010), 30), { ...lease, untilMs: 1_040 });
    assert.deepEqual(renew({ ...lease, untilMs: 1_099 }, 7, at(1_098), 30), { ...lease, untilMs: 1_100 });
  });

  it("never becomes valid again, and belongs to one deployer", () => {
    assert.equal(renew(lease, 7, at(1_030), 30), undefined);
    assert.equal(renew(lease, 8, at(1_010), 30), undefined);
    assert.equal(renew(undefined, 7, at(1_010), 30), undefined);
  });
});
