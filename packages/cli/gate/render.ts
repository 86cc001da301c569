import pc from "picocolors";
import type { GateDecision } from "@ghrunners/failover/choice/choose";
import type { Grade, RunnerAssessment } from "@ghrunners/failover/choice/judge";
import type { GateView } from "./view";

const colour: Readonly<Record<Grade, (text: string) => string>> = {
  healthy: pc.green,
  degraded: pc.yellow,
  unusable: pc.red,
};

const why = ({ reason, cause }: GateDecision): string => (cause === null ? reason : `${reason} (${cause})`);

function runnerLine({ name, role, grade, reasons }: RunnerAssessment, widest: number): string {
  const words = reasons.length === 0 ? "" : `: ${reasons.join("; ")}`;
  return `  ${colour[grade]("●")} ${role.padEnd(9)}  ${name.padEnd(widest)}  ${colour[grade](grade)}${words}`;
}

function changeLine(decision: GateDecision): string {
  const at = decision.decidedAt.slice(0, 19).replace("T", " ");
  const seen = decision.runners.map(
    ({ role, grade, cause }) => `${role} ${grade}${cause === null ? "" : ` (${cause})`}`,
  );
  return `  ${at}  ${pc.bold(decision.runner ?? "none")}  ${why(decision)}: ${seen.join(", ")}`;
}

/** The current decision, each runner's grade, the last changes and the next thing to do. Pure. */
export function renderGate(view: GateView): string {
  const { decision, ageSeconds, toldUntil, problems, changes, next, stack } = view;
  const widest = Math.max(0, ...(decision?.runners ?? []).map(({ name }) => name.length));
  return [
    "",
    `${pc.bold("Next deployment")}  stack ${pc.bold(stack)}${decision === null ? "" : `  environment ${pc.bold(decision.environment)}`}`,
    ...(problems.length === 0 && decision !== null
      ? [`  ${pc.green("●")} ${pc.bold(decision.runner ?? "")} may deploy: ${why(decision)}`]
      : problems.map((problem) => `  ${pc.red("●")} ${problem}`)),
    ...(ageSeconds === null
      ? []
      : [`  decided ${Math.round(ageSeconds)} s ago; published at GitHub until ${toldUntil ?? "never"}`]),
    ...(decision === null
      ? []
      : ["", pc.bold("Runners"), ...decision.runners.map((runner) => runnerLine(runner, widest))]),
    ...(changes.length === 0 ? [] : ["", pc.bold("Last changes (UTC)"), ...changes.map(changeLine)]),
    ...(next === null ? [] : ["", `${pc.bold("Next")}  ${next}`]),
    "",
  ].join("\n");
}
