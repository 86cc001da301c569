import type { FileSets } from "@ghrunners/components/monitoring/plan-files";

/** A rule file with one rule. */
export const ruleText = (expression = "vector(1)", alert = "AlwaysThere"): string =>
  `groups:\n  - name: health\n    rules:\n      - alert: ${alert}\n        expr: ${expression}\n`;

/** One rule, one target file, one dashboard. */
export const monitoringSets = (environment: string, rules = ruleText()): FileSets => ({
  environment,
  prometheusUrl: "http://127.0.0.1:9090",
  paths: {
    prometheusConfig: "/etc/prometheus/prometheus.yml",
    rules: "/etc/prometheus/rules.d",
    targets: "/etc/prometheus/targets.d",
    dashboards: "/var/lib/ghrunners/dashboards",
  },
  rules: [{ name: "health", text: rules, groups: { health: 1 } }],
  targets: [
    { name: "targets", text: JSON.stringify([{ targets: ["127.0.0.1:9100"], labels: { environment, job: "test" } }]) },
  ],
  dashboards: [{ name: "overview", text: "{}" }],
});
