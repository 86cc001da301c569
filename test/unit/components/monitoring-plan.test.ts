import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { plannedFiles, planFiles } from "@ghrunners/components/monitoring/plan-files";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import { monitoringSets } from "./support/monitoring-sets";

describe("monitoring: files", () => {
  it("are named after their environment, and their groups are expected with their numbers of rules", () => {
    const plan = planFiles(monitoringSets("lab"));
    assert.equal(plan.FILE_COUNT, "3");
    assert.equal(plan.FILE_1_PATH, "/etc/prometheus/rules.d/ghrunners.lab.health.yml");
    assert.equal(plan.FILE_2_PATH, "/etc/prometheus/targets.d/ghrunners.lab.targets.json");
    assert.equal(plan.FILE_3_PATH, "/var/lib/ghrunners/dashboards/ghrunners.lab.overview.json");
    assert.equal(plan.RULE_GROUPS, "/etc/prometheus/rules.d/ghrunners.lab.health.yml;health 1");
  });

  it("of one environment are never another's, whatever their names", () => {
    const owner = (environment: string): string => `${planFiles(monitoringSets(environment)).OWNER}.`;
    assert.ok(!owner("lab-2").startsWith(owner("lab")));
    assert.ok(!owner("lab").startsWith(owner("lab-2")));
  });

  it("can be read back from their plan", () => {
    const plan = planFiles(monitoringSets("lab"));
    const files = plannedFiles(plan);
    assert.deepEqual(
      files.map(({ path }) => path),
      [plan.FILE_1_PATH, plan.FILE_2_PATH, plan.FILE_3_PATH],
    );
    assert.equal(files[2]?.text, "{}");
    assert.deepEqual(plannedFiles({}), []);
  });

  it("with the same name are refused", () => {
    const sets = monitoringSets("lab");
    assert.throws(() => planFiles({ ...sets, rules: [...sets.rules, ...sets.rules] }), /Two files .*health\.yml/);
  });

  it("arrive byte by byte, whatever is in them", () => {
    const text = "quote ' \" $(id) `id` \\n\n\n  é ✓\n\n";
    const sets = { ...monitoringSets("lab"), rules: [], targets: [], dashboards: [{ name: "x", text }] };
    const shown = spawnSync("bash", ["-s"], {
      input: renderScript('printf "%s" "$FILE_1_TEXT"', planFiles(sets)),
      encoding: "utf8",
    });
    assert.equal(shown.stdout, text);
  });
});
