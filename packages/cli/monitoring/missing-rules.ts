import type { MonitoringView } from "./collect";

/**
 * What is wrong where Prometheus evaluates none of the stack's rules, so that no alert can fire; undefined while it has
 * some. `pulumi up` does not bring them back: it considers a step with unchanged text done. Pure.
 */
export const missingRules = ({
  prometheus,
  rules,
}: Pick<MonitoringView, "prometheus" | "rules">): string | undefined =>
  rules.rules > 0
    ? undefined
    : `Prometheus at ${prometheus} has none of this stack's rules. Next: ghrunners restore-monitoring`;
