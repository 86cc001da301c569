import pc from "picocolors";
import { textTable } from "@ghrunners/core/text-table";
import { pauseWords } from "@ghrunners/failover/choice/pause";
import { maintenanceBanner } from "../maintenance/report";
import { choiceLine } from "./choice";
import { describeProtection, type EnvironmentStatus } from "./environment";
import { monitoringLines } from "./monitoring";
import type { JobStatus, StatusReport } from "./report";

const dot = (good: boolean): string => (good ? pc.green("●") : pc.red("●"));

function jobLine(job: JobStatus): string {
  const took = job.seconds === null ? "" : ` in ${job.seconds} s`;
  const good = job.conclusion === "success";
  return `${dot(good)} ${job.workflow} / ${job.job} on ${pc.bold(job.runner)}: ${job.conclusion ?? job.status}${took}`;
}

function environmentLine({ name, protection, asConfigured }: EnvironmentStatus): string {
  const text = protection === null ? "not there" : describeProtection(protection);
  return `  ${dot(asConfigured)} ${pc.bold(name)}: ${text}`;
}

/** The status screen: both views of the stack, its problems, and what to do next. Pure. */
export function renderStatus(report: StatusReport): string {
  const heading = (text: string): string => pc.bold(text);
  const machines = report.machines.map((vm) => [
    `  ${dot(vm.status === "running")} ${vm.name}`,
    vm.role,
    `VM ${vm.vmId}`,
    vm.address,
    vm.status,
  ]);
  const runners = report.runners.map((runner) => [
    `  ${dot(runner.status === "online" && runner.missingLabels.length + runner.unexpectedLabels.length === 0)} ${runner.name}`,
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
    ...(report.deployment === null ? [] : [heading("Environment (GitHub)"), environmentLine(report.deployment), ""]),
    ...(report.monitoring === null ? [] : [heading("Monitoring"), ...monitoringLines(report.monitoring, dot), ""]),
    ...(report.choice === null
      ? []
      : [heading("Next deployment"), choiceLine(report.choice, new Date(report.at), dot), ""]),
    heading("Last job"),
    `  ${report.lastJob === null ? "none yet" : jobLine(report.lastJob)}`,
    "",
    ...(report.healthy
      ? [`${pc.green("Healthy.")}`]
      : [pc.red(`${report.problems.length} problem(s):`), ...report.problems.map((problem) => `  - ${problem}`)]),
    "",
  ].join("\n");
}
