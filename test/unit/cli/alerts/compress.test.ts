import assert from "node:assert/strict";
import { parse } from "yaml";
import { renderAlertmanagerConfig, renderRules } from "@ghrunners/monitoring";
import { compressRoute, compressRules, milliseconds } from "@ghrunners/lab/driver/compress";

const settings = {
  environment: "lab",
  runners: [
    { name: "one", role: "primary" as const, address: "198.51.100.51" },
    { name: "two", role: "secondary" as const, address: "198.51.100.52" },
  ],
  targets: [],
  failover: false,
  runbookBaseUrl: "https://example/runbooks",
  dashboardBaseUrl: "http://example",
};

interface RuleFile {
  groups: { rules: { alert?: string; expr: string; for?: string; labels?: unknown; annotations?: unknown }[] }[];
}
const rulesOf = (text: string) => (parse(text) as RuleFile).groups.flatMap(({ rules }) => rules);

describe("time compression", () => {
  it("divides every wait and changes nothing else of a rule", () => {
    for (const { content } of renderRules(settings)) {
      const before = rulesOf(content);
      const after = rulesOf(compressRules(content, 30, 12));
      assert.equal(after.length, before.length);
      before.forEach((rule, index) => {
        const fast = after[index];
        assert.ok(fast !== undefined);
        assert.equal(fast.for === undefined, rule.for === undefined);
        if (rule.for !== undefined) assert.equal(milliseconds(fast.for ?? ""), milliseconds(rule.for) / 30);
        assert.deepEqual([fast.alert, fast.labels, fast.annotations], [rule.alert, rule.labels, rule.annotations]);
        const undone = fast.expr
          .replace(/max_over_time\((\w+\{[^}]*\})\[12s\]\)/g, "$1")
          .replace(/absent_over_time\((\w+\{[^}]*\})\[12s\]\)/g, "absent($1)");
        if (rule.alert !== "FleetExporterStale") assert.equal(undone, rule.expr);
      });
    }
  });

  it("divides the age that a rule compares", () => {
    const stale = renderRules(settings)
      .flatMap(({ content }) => rulesOf(compressRules(content, 30, 12)))
      .find(({ alert, expr }) => alert === "FleetExporterStale" && expr.startsWith("time()"));
    assert.match(stale?.expr ?? "", /> 10$/);
  });

  it("divides the waits of the route, and no text beside them", () => {
    const before = renderAlertmanagerConfig({ onCallUrl: "http://127.0.0.1:9095/notifications" }).content;
    const after = compressRoute(before, 30);
    assert.match(after, /group_interval: 2000ms/);
    assert.equal(after.replace(/group_(wait|interval): \S+/g, ""), before.replace(/group_(wait|interval): \S+/g, ""));
  });
});
