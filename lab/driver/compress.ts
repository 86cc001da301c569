/**
 * Time compression for the rehearsal of alerts: the same rules and routes, their waits divided. Pure.
 *
 * What cannot be divided is how long the lab's services take to notice something: GitHub shows a silent runner offline
 * after 10 s, while Prometheus misses a machine at once. Undivided, that difference is small against the rules'
 * minutes; divided, it would turn their order round. So `up` counts as 0, and a series as absent, only after as long a
 * silence. Only `absent` and `absent_over_time` of a plain selector give the selector's labels to their result
 * (prometheus.io/docs/prometheus/latest/querying/functions); `absent` of another function has none, and an alert without
 * its runner is not muted by another alert of that runner.
 */
import { parse, stringify } from "yaml";

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of a duration as Prometheus writes it (prometheus.io/docs/prometheus/latest/querying/basics). */
export function milliseconds(duration: string): number {
  const parts = [...duration.matchAll(/(\d+)(ms|s|m|h|d)/g)];
  if (parts.map(([part]) => part).join("") !== duration || parts.length === 0) {
    throw new Error(`"${duration}" is no duration: expected for example 5m or 1h30m.`);
  }
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * units[unit as keyof typeof units], 0);
}

const divided = (duration: string, factor: number): string => {
  const result = Math.round(milliseconds(duration) / factor);
  return `${duration === "0s" ? 0 : Math.max(result, 100)}ms`;
};

/** Rules that compare an age in seconds, which is a wait too. */
const comparesAnAge = new Set(["FleetExporterStale"]);

interface Rule {
  alert?: string;
  expr: string;
  for?: string;
}

/**
 * @param factor every `for`, and the ages that are compared, are divided by it
 * @param silenceSeconds how long a target must be silent to count as down
 */
export function compressRules(text: string, factor: number, silenceSeconds: number): string {
  const file = parse(text) as { groups: { interval?: string; rules: Rule[] }[] };
  for (const group of file.groups) {
    delete group.interval;
    for (const rule of group.rules) {
      if (rule.for !== undefined) rule.for = divided(rule.for, factor);
      rule.expr = rule.expr
        .replace(/(?<![\w:])up(\{[^}]*\})/g, `max_over_time(up$1[${silenceSeconds}s])`)
        .replace(/(?<!\w)absent\((\w+\{[^}]*\})\)/g, `absent_over_time($1[${silenceSeconds}s])`);
      if (comparesAnAge.has(rule.alert ?? "")) {
        rule.expr = rule.expr.replace(/> (\d+)$/, (_, age: string) => `> ${Number(age) / factor}`);
      }
    }
  }
  return stringify(file, { lineWidth: 0 });
}

/** Divides how long Alertmanager waits before it notifies, and between notifications; repetitions stay. */
export function compressRoute(text: string, factor: number): string {
  return text.replace(/(group_wait|group_interval): (\S+)/g, (_, name: string, duration: string) => {
    return `${name}: ${divided(duration, factor)}`;
  });
}
