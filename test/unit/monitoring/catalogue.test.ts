import assert from "node:assert/strict";
import fc from "fast-check";
import { DELIVERY_ROLE, machineRoles, roles, runnerLabels, runnerUnit } from "@ghrunners/core/vocabulary/runner";
import { compareVersions } from "@ghrunners/core/vocabulary/version";

describe("catalogue", () => {
  it("names the unit as svc.sh does", () => {
    assert.equal(
      runnerUnit("rmnanney/PAWS360", "dell-r640-01-runner"),
      "actions.runner.rmnanney-PAWS360.dell-r640-01-runner.service",
    );
  });

  it("labels a runner with its environment and role", () => {
    assert.deepEqual(runnerLabels("production", "secondary", ["gpu"]), [
      "self-hosted",
      "linux",
      "x64",
      "production",
      "secondary",
      "gpu",
    ]);
  });

  it("labels a delivery runner with no environment, as it serves every stack", () => {
    assert.deepEqual(runnerLabels("production", "delivery"), ["self-hosted", "linux", "x64", "delivery"]);
    assert.deepEqual(
      roles.filter((role) => runnerLabels("staging", role).includes(DELIVERY_ROLE)),
      [],
    );
    assert.deepEqual([...machineRoles], [...roles, "delivery"]);
  });

  it("orders releases by number, not by text", () => {
    assert.ok(compareVersions("2.99.0", "2.329.0") < 0);
    const versions = fc.tuple(fc.nat(999), fc.nat(999), fc.nat(999));
    fc.assert(
      fc.property(versions, versions, (a, b) => {
        const [left, right] = [compareVersions(a.join("."), b.join(".")), compareVersions(b.join("."), a.join("."))];
        return Math.sign(left) === -Math.sign(right) && (left === 0) === (a.join() === b.join());
      }),
    );
  });
});
