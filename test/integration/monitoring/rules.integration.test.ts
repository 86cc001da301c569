import assert from "node:assert/strict";
import { compressRules } from "@ghrunners/lab/driver/compress";
import { alertGroups } from "@ghrunners/monitoring/alerts/index";
import { recordings } from "@ghrunners/monitoring/recordings";
import { renderRules } from "@ghrunners/monitoring";
import { type AlertingRule, recordingGroup, ruleGroup } from "@ghrunners/monitoring/render-rules";
import type { RuleCase } from "../../unit/monitoring/case";
import { deploymentCases, weekOfDeployments } from "../../unit/monitoring/cases/deployments";
import { githubCases, monitoringCases, queueCases } from "../../unit/monitoring/cases/fleet";
import { runnerHealthCases } from "../../unit/monitoring/cases/runner-health";
import { runnerCases } from "../../unit/monitoring/cases/runners";
import { updateCases } from "../../unit/monitoring/cases/updates";
import { type RuleTests, testRules, testsOf, withFiles } from "../../unit/monitoring/promtool";
import { settings } from "../../unit/monitoring/settings";

const rules = alertGroups.flatMap((group) => ruleGroup(group, settings).rules as AlertingRule[]);
const cases = [
  ...runnerHealthCases,
  ...runnerCases,
  ...updateCases,
  ...queueCases,
  ...githubCases,
  ...monitoringCases,
  ...deploymentCases,
];

/** The rules that a case is about: same name, and every label that the case names; no `role` of two if it names none. */
function rulesOf({ alert, rule = {} }: RuleCase): AlertingRule[] {
  const wanted = Object.entries(rule);
  const named = rules.filter((one) => one.alert === alert && wanted.every(([key, value]) => one.labels[key] === value));
  return named.length > 1 && rule.role === undefined ? named.filter(({ labels }) => labels.role === undefined) : named;
}

/** A case against all rules of its name. */
function planOf(one: RuleCase): RuleTests {
  const named = { name: one.alert, rules: rules.filter(({ alert }) => alert === one.alert) };
  return { rules: named, interval: one.interval, tests: rulesOf(one).flatMap((rule) => testsOf(one, rule)) };
}

describe("alert rules, judged by promtool", function () {
  this.timeout(120_000);

  it("every rule has a case, every case a rule", () => {
    const covered = cases.map((one) => {
      const found = rulesOf(one);
      assert.equal(found.length, 1, `${one.alert} ${JSON.stringify(one.rule)} is about ${found.length} rules`);
      return found[0];
    });
    const missing = rules.filter((rule) => !covered.includes(rule));
    assert.deepEqual(
      missing.map(({ alert, labels }) => ({ alert, ...labels })),
      [],
    );
    assert.ok(rules.length >= 45, `${rules.length} rules`);
  });

  it("the files are sound and without lint", () => {
    const files = renderRules(settings);
    const { code, output } = withFiles(files, "promtool", [
      "check",
      "rules",
      "--lint=all",
      "--lint-fatal",
      ...files.map(({ name }) => name),
    ]);
    assert.equal(code, 0, output);
  });

  for (const group of alertGroups) {
    it(`${group.name}: each rule fires, ends and keeps still`, () => {
      const names = new Set(group.alerts.map(({ name }) => name));
      const { code, output } = testRules(cases.filter(({ alert }) => names.has(alert)).map(planOf));
      assert.equal(code, 0, output);
    });
  }

  it("the success criteria are computed from a week of deployments", () => {
    // Prometheus 2 and 3 extrapolate in a different order, so the last digit differs.
    const value = (name: string, labels: string, result: number) => ({
      expr: `round(${name}, 0.001)`,
      eval_time: "168h",
      exp_samples: [{ labels: `{${labels}}`, value: result }],
    });
    const { code, output } = testRules([
      {
        rules: recordingGroup(settings),
        interval: "1h",
        tests: [
          {
            interval: "1h",
            // As Prometheus 3 writes whole bounds of buckets.
            input_series: weekOfDeployments.map(({ series, values }) => ({
              series: series.replace(/le="(\d+)"/, 'le="$1.0"'),
              values,
            })),
            promql_expr_test: [value(recordings.diagnosedInTime.name, 'environment="production"', 0.75)],
          },
          {
            interval: "1h",
            input_series: weekOfDeployments.map(({ series, values }) => ({ series, values })),
            promql_expr_test: [
              value(recordings.successRatio.name, 'environment="production"', 0.95),
              value(recordings.durationP95.name, 'environment="production"', 294),
              value(recordings.diagnosedInTime.name, 'environment="production"', 0.75),
            ],
          },
        ],
      },
    ]);
    assert.equal(code, 0, output);
  });

  it("a rule with another threshold does not pass", () => {
    const memory = cases.filter(({ rule }) => rule?.reason === "memory").map(planOf);
    assert.equal(testRules(memory).code, 0);
    const spoiled = testRules(memory, (text) => text.replaceAll("> 0.85", "> 0.88"));
    assert.notEqual(spoiled.code, 0);
    assert.match(spoiled.output, /RunnerDegraded/);
  });

  it("a rule whose waits the rehearsal divides still names its runner", () => {
    const missing = cases.filter(({ alert }) => alert === "RunnerStatusMissing" || alert === "RunnerResourcesMissing");
    const { code, output } = testRules(missing.map(planOf), (text) => compressRules(text, 1, 12));
    assert.equal(code, 0, output);
  });

  it("an environment without targets, a second runner or a failover switch has no rules about them", () => {
    const lone = { ...settings, runners: settings.runners.slice(0, 1), targets: [], failover: false };
    const names = alertGroups.flatMap((group) =>
      ruleGroup(group, lone).rules.map((rule) => (rule as AlertingRule).alert),
    );
    assert.ok(!names.includes("BothRunnersOffline"));
    assert.ok(!names.includes("SafeguardMetricsMissing"));
    assert.ok(!names.includes("FailoverSwitchStale"));
    assert.ok(names.includes("RunnerOffline"));
  });
});
