import pc from "picocolors";
import { textTable } from "@ghrunners/core/text-table";
import { pauseWords } from "@ghrunners/failover/choice/pause";
import { maintenanceBanner } from "../maintenance/report";
import { choiceLine } from "./choice";
import { describeProtection, type EnvironmentStatus } from "./environment";
import { monitoringLines } from "./monitoring";
import type { JobStatus, RunnerStatus, StatusReport } from "./report";

const dot = (good: boolean): string => (good ? pc.green("●") : pc.red("●"));
/** Neither good nor bad: no service showed it. */
const open = pc.yellow("○");
const NOT_KNOWN = `  ${open} not known`;

function runnerDot({ status, missingLabels, unexpectedLabels }: RunnerStatus): string {
  if (status === "unknown") return open;
  return dot(status === "online" && missingLabels.length + unexpectedLabels.length === 0);
}

function jobLine(job: JobStatus): string {
  const took = job.seconds === null ? "" : ` in ${job.seconds} s`;
  const good = job.conclusion === "success";
  return `${dot(good)} ${job.workflow} / ${job.job} on ${pc.bold(job.runner)}: ${job.conclusion ?? job.status}${took}`;
}

function environmentLine({ name, protection, asConfigured }: EnvironmentStatus, isKnown: boolean): string {
  if (!isKnown) return `  ${open} ${pc.bold(name)}: not known`;
  const text = protection === null ? "not there" : describeProtection(protection);
  return `  ${dot(asConfigured)} ${pc.bold(name)}: ${text}`;
}

/** A part with its heading; nothing if the stack does not have it. @param lines undefined: it does not */
function section(title: string, isKnown: boolean, lines: readonly string[] | undefined): string[] {
  if (isKnown && lines === undefined) return [];
  return [pc.bold(title), ...(isKnown ? (lines ?? []) : [NOT_KNOWN]), ""];
}

/** The status screen: both views of the stack, its problems, and what to do next. Pure. */
export function renderStatus(report: StatusReport): string {
  const heading = (text: string): string => pc.bold(text);
  const isKnown = (part: StatusReport["unknown"][number]): boolean => !report.unknown.includes(part);
  const { monitoring, choice, lastJob } = report;
  const machines = report.machines.map((vm) => [
    `  ${vm.status === "unknown" ? open : dot(vm.status === "running")} ${vm.name}`,
    vm.role,
    `VM ${vm.vmId}`,
    vm.address,
    vm.status,
  ]);
  const runners = report.runners.map((runner) => [
    `  ${runnerDot(runner)} ${runner.name}`,
    runner.role,
    runner.busy ? `${runner.status}, busy` : runner.status,
    runner.version ?? "-",
    runner.labels.join(","),
  ]);
  return [
    "",
    `${heading(report.repository)}  stack ${pc.bold(report.stack)}  environment ${pc.bold(report.environment)}`,
    ...maintenanceBanner(report.maintenance),
    ...(report.pause === null
      ? []
      : [pc.yellow(`  ${pauseWords({ ...report.pause, environment: report.environment })}`)]),
    "",
    heading("Machines (Proxmox VE)"),
    ...textTable(machines),
    "",
    heading("Runners (GitHub)"),
    ...(report.hosts === "skip" ? ["  none: this stack manages machines only (hosts: skip)"] : textTable(runners)),
    "",
    ...(report.deployment === null
      ? []
      : [heading("Environment (GitHub)"), environmentLine(report.deployment, isKnown("deployment")), ""]),
    ...section("Monitoring", isKnown("monitoring"), monitoring === null ? undefined : monitoringLines(monitoring, dot)),
    ...section(
      "Next deployment",
      isKnown("choice"),
      choice === null ? undefined : [choiceLine(choice, new Date(report.at), dot)],
    ),
    ...section("Last job", isKnown("lastJob"), [`  ${lastJob === null ? "none yet" : jobLine(lastJob)}`]),
    ...(report.healthy
      ? [`${pc.green("Healthy.")}`]
      : [pc.red(`${report.problems.length} problem(s):`), ...report.problems.map((problem) => `  - ${problem}`)]),
    "",
  ].join("\n");
}
