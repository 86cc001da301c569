import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { renderDropIn } from "@ghrunners/components/runner/render-agent";

describe("the limits of units on a runner's host", () => {
  it("close no device to jobs: no setting makes systemd keep a list of devices", () => {
    // Source: systemd.exec(5) and systemd.resource-control(5): each of these implies DeviceAllow= or
    // DevicePolicy=closed.
    assert.doesNotMatch(renderDropIn(5), /^(ProtectClock|PrivateDevices|DeviceAllow|DevicePolicy)=/m);
    assert.match(renderDropIn(5), /^NoNewPrivileges=yes$/m);
  });

  it("let no job answer in an exporter's place, nor reach a host that is closed", () => {
    assert.match(renderDropIn(5), /^SocketBindDeny=tcp:9100-9101$/m);
    assert.doesNotMatch(renderDropIn(5), /IPAddressDeny/);
    assert.match(renderDropIn(5, ["192.0.2.10", "192.0.2.200"]), /^IPAddressDeny=192\.0\.2\.10 192\.0\.2\.200$/m);
  });

  it("keep the records of promotions of a delivery runner, whose home folders are emptied, and of no other", () => {
    const added = renderDropIn(5, [], true).slice(renderDropIn(5).length);
    assert.deepEqual(added.split("\n"), [
      "StateDirectory=ghrunners-promotions",
      "StateDirectoryMode=0700",
      "Environment=GHRUNNERS_PROMOTIONS=/var/lib/ghrunners-promotions",
      "",
    ]);
    assert.ok(renderDropIn(5, [], true).startsWith(renderDropIn(5)));
  });

  // docs/explanation/performance.md: up to 60 MB of their own. Page cache counts too, and newer Node is larger.
  for (const name of ["runner-exporter", "fleet-exporter", "failover-switch"])
    it(`leave the ${name} room beside its own 60 MB`, () => {
      const unit = readFileSync(path.join(projectRoot, "packages/exporter/units", `ghrunners-${name}.service`), "utf8");
      const limit = (key: string): number => Number(new RegExp(`^${key}=(\\d+)M$`, "m").exec(unit)?.[1]);
      assert.ok(limit("MemoryHigh") >= 90, unit);
      assert.ok(limit("MemoryMax") >= 150, unit);
    });
});
