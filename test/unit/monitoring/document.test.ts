import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { alertGroups } from "@ghrunners/monitoring/alerts/index";
import { runbooks } from "@ghrunners/monitoring/runbooks";
import { metrics } from "@ghrunners/monitoring/all-metrics";
import { renderDocuments } from "@ghrunners/monitoring/document";
import { projectRoot } from "@ghrunners/core/project-root";

const root = projectRoot;

describe("pages and names of the catalogue", () => {
  for (const [file, text] of renderDocuments()) {
    it(`${file} is what the catalogue says (write it with: npx tsx monitoring/document.ts)`, () => {
      const page = path.join(root, file);
      assert.equal(existsSync(page) ? readFileSync(page, "utf8") : "", text);
    });
  }

  it("metric names follow Prometheus' rules and stand once", () => {
    const all = Object.values(metrics);
    assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
    for (const metric of all) {
      const { name, type, labels } = metric;
      assert.match(name, /^(runner|github|deployment)_[a-z0-9_]+$/);
      assert.equal(name.endsWith("_total"), type === "counter", name);
      assert.equal("buckets" in metric, type === "histogram", name);
      for (const label of labels) assert.doesNotMatch(label, /(^|_)(id|run|attempt|sha|number)$/, `${name}: ${label}`);
    }
  });

  it("every alert has a runbook file, every file an alert", () => {
    const alerts = new Set<string>(alertGroups.flatMap((group) => group.alerts.map(({ name }) => name)));
    assert.deepEqual([...alerts].sort(), Object.keys(runbooks).sort());
  });
});
