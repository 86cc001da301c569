import type { DeployerOutcome } from "./deployer/carry-out";

/** The result as text, on standard output. */
export function renderResult(result: DeployerOutcome): string {
  switch (result.kind) {
    case "unchanged":
      return `Version ${result.version} is installed and healthy: nothing to do.\n`;
    case "refused":
      return `Refused: ${result.reason}\n`;
    case "checked":
      return result.problems.length === 0
        ? `Nothing was changed. These steps would run: ${result.steps.join(", ")}.\n`
        : `Nothing was changed. It would be refused: ${result.problems.join("; ")}.\n`;
    case "over": {
      const { deployment, rollback, incident } = result.records;
      const lines = [
        `Deployment ${deployment.id}: ${deployment.outcome} after ${deployment.durationSeconds.toFixed(1)} s.`,
        ...(deployment.failure === null ? [] : [`Why: ${deployment.failure.code}: ${deployment.failure.detail}`]),
        ...(rollback === undefined
          ? []
          : [
              `Back to version ${rollback.to ?? "(none)"} in ${rollback.durationSeconds.toFixed(1)} s, ${rollback.proved ? "proved healthy" : "NOT proved"}.`,
            ]),
        ...(incident === undefined
          ? []
          : [
              `Incident: ${incident.title}`,
              `State: ${incident.state}`,
              `Next: ${incident.next} (${incident.runbook})`,
            ]),
      ];
      return `${lines.join("\n")}\n`;
    }
  }
}
