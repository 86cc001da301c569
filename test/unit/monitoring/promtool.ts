import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import type { AlertingRule, RuleGroup } from "@ghrunners/monitoring/render-rules";
import type { RuleCase, InputSeries } from "./case";
import { monitoringTool } from "./monitoring-tool";
import { settings } from "./settings";

/** Runs a program of Prometheus or Alertmanager in a folder that holds the files given, and says all it said. */
export function withFiles(
  files: readonly { name: string; content: string }[],
  tool: Parameters<typeof monitoringTool>[0],
  args: readonly string[],
): { code: number | null; output: string } {
  const folder = mkdtempSync(path.join(tmpdir(), "ghrunners-rules-"));
  try {
    for (const { name, content } of files) writeFileSync(path.join(folder, name), content);
    const { status, stdout, stderr, error } = spawnSync(monitoringTool(tool), args, {
      cwd: folder,
      encoding: "utf8",
      timeout: 60_000,
    });
    return { code: status, output: `${stdout}${stderr}${error?.message ?? ""}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The expected annotations: templates filled from the series' labels, the description as the case has it. */
function annotations(rule: AlertingRule, labels: Readonly<Record<string, string>>, says: string) {
  const fill = (text: string): string =>
    text.replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, name: string) => labels[name] ?? "");
  return {
    ...Object.fromEntries(Object.entries(rule.annotations).map(([name, text]) => [name, fill(text)])),
    description: says,
  };
}

interface Expectation {
  readonly eval_time: string;
  readonly alertname: string;
  readonly exp_alerts: readonly object[];
}

/** Time between two samples where a case names none. */
export const EVERY_MINUTE = "1m";

/** One test of promtool: samples, and what has to fire when. */
function group(name: string, interval: string, series: readonly InputSeries[], expected: readonly Expectation[]) {
  return {
    name,
    interval,
    input_series: series.map((one) => ({ series: one.series, values: one.values })),
    alert_rule_test: expected,
  };
}

/** promtool's tests of one case: firing and ending on one set of samples, keeping still on the other. */
export function testsOf(one: RuleCase, rule: AlertingRule) {
  const { alert, at, ends, fires, quiet, interval = EVERY_MINUTE } = one;
  const exp_labels = { ...one.labels, ...rule.labels };
  const title = `${alert} ${JSON.stringify(one.rule ?? {})}`;
  const silence = (eval_time: string): Expectation => ({ eval_time, alertname: alert, exp_alerts: [] });
  return [
    group(`${title} fires, then ends`, interval, fires, [
      {
        eval_time: at,
        alertname: alert,
        exp_alerts: [
          {
            exp_labels,
            exp_annotations: annotations(rule, { environment: settings.environment, ...one.labels }, one.says),
          },
        ],
      },
      ...(ends === undefined ? [] : [silence(ends)]),
    ]),
    ...(quiet === undefined ? [] : [group(`${title} keeps still`, interval, quiet, [silence(at)])]),
  ];
}

/** Tests against one set of rules; rules are evaluated as often as there are samples, or a week would take minutes. */
export interface RuleTests {
  readonly rules: RuleGroup;
  readonly interval?: string;
  readonly tests: readonly object[];
}

/** Runs promtool's unit tests, each against its own rules only, as they are or spoiled on purpose. */
export function testRules(
  plans: readonly RuleTests[],
  spoil: (text: string) => string = (text) => text,
): { code: number | null; output: string } {
  const yaml = (content: object): string => stringify(content, { aliasDuplicateObjects: false, lineWidth: 0 });
  const files = plans.flatMap(({ rules, interval = EVERY_MINUTE, tests }, index) => [
    { name: `rules-${index}.yml`, content: spoil(yaml({ groups: [rules] })) },
    {
      name: `tests-${index}.yml`,
      content: yaml({ rule_files: [`rules-${index}.yml`], evaluation_interval: interval, tests }),
    },
  ]);
  return withFiles(files, "promtool", ["test", "rules", ...plans.map((_, index) => `tests-${index}.yml`)]);
}
