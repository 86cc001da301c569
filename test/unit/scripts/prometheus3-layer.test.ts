import assert from "node:assert/strict";
import { prometheusTests } from "../../support/prometheus3-layer";

describe("the layer prometheus3", () => {
  it("has every kind of test that asks promtool or Prometheus", () => {
    const found = prometheusTests().join("\n");
    for (const name of ["rules", "scrape", "dashboards", "panels", "host-view", "fleet-view", "switch-view"])
      assert.match(found, new RegExp(`/${name}\\.integration\\.test\\.ts$`, "m"));
    assert.match(found, /monitoring-host\.machine\.test\.ts$/m);
  });
});
