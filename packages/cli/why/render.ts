/** The answer as text: the cause first, then what each side shows, then the next command. Pure. */
import pc from "picocolors";
import { textTable } from "@ghrunners/core/text-table";
import { choiceLine } from "../status/choice";
import type { WhyAnswer, RunnerFacts, TargetFacts } from "./facts";
import { labelsOf, since } from "./words";

const dot = (good: boolean): string => (good ? pc.green("●") : pc.red("●"));

function jobRows({ github }: WhyAnswer): string[] {
  return textTable(
    github.jobs.map(({ name, status, conclusion, runner, labels }) => [
      `  ${name}`,
      conclusion ?? status,
      runner === null ? `needs ${labelsOf({ labels })}` : `on ${runner}`,
    ]),
  );
}

function githubLines(answer: WhyAnswer): string[] {
  const { run, github, at } = answer;
  if (run === null) return [];
  const state = run.conclusion ?? run.status;
  const attempt = run.attempt > 1 ? `, attempt ${run.attempt}` : "";
  const { gate } = github;
  return [
    `  run ${run.id} of ${run.workflow}: ${state}${attempt}, started ${since(run.createdAt, at)} ago`,
    ...jobRows(answer),
    ...github.deployments.flatMap(({ caller, gate: own }) =>
      own === null
        ? []
        : [`  gate of ${caller}: ${own.go ? `${own.runner} (${own.reason})` : `refuses: ${own.reason}`}`],
    ),
    ...(gate === null || github.deployments.length > 0
      ? []
      : [gate.go ? `  gate: ${gate.runner} (${gate.reason})` : `  gate refuses: ${gate.reason}`]),
    ...github.approvals.map(
      ({ environment, reviewers, waitsUntil }) =>
        `  environment ${environment}: ${reviewers.length === 0 ? "no reviewer" : `reviewed by ${reviewers.join(", ")}`}${waitsUntil === null ? "" : `, waits until ${waitsUntil}`}`,
    ),
    ...github.groups.map(
      ({ group, holder, ahead }) =>
        `  concurrency group ${group}: ${ahead} before it${holder === null ? "" : `, run ${holder.run} has the place`}`,
    ),
  ];
}

function runnerLines({ runners, github }: WhyAnswer): string[] {
  return runners.flatMap(({ name, role, unit, job, lastWord, problem, maintenance }: RunnerFacts) => {
    const seen = github.runners?.find((runner) => runner.name === name);
    const atGitHub =
      github.runners === null ? "unknown" : seen === undefined ? "not registered" : seen.online ? "online" : "offline";
    const isBusy = seen?.busy === true ? ", busy" : "";
    const host =
      problem ??
      (unit === null ? "its host was not asked" : `unit ${unit}, ${job === null ? "no job" : `runs "${job}"`}`);
    return [
      `  ${dot(seen?.online === true && (unit === null || unit === "active"))} ${name} (${role}): ${atGitHub}${isBusy} at GitHub; ${host}`,
      ...(maintenance === null
        ? []
        : [pc.yellow(`      in maintenance until ${maintenance.until}: ${maintenance.reason} (by ${maintenance.by})`)]),
      ...(lastWord === null ? [] : [`      last word: ${lastWord}`]),
    ];
  });
}

function targetLine({ name, deployed, open, last, own, problem }: TargetFacts): string {
  if (problem !== null) return `  ${dot(false)} ${name}: cannot be read: ${problem}`;
  if (!deployed) return `  ${dot(true)} ${name}: no deployment agent yet; the first deployment installs it`;
  const lock =
    open === null
      ? "free"
      : `locked by deployment ${open.id} (version ${open.version}, ${open.outcome ?? `lease ${open.lease}`}${open.running === null ? "" : `, ${open.running}`})`;
  const newest = last === null ? "no record" : `newest record ${last.id}: version ${last.version} ${last.outcome}`;
  const ofRun =
    own === null ? "none of this run" : own.id === last?.id ? "which is this run's" : `this run's: ${own.outcome}`;
  return `  ${dot(open?.outcome !== "rollback_failed")} ${name}: ${lock}; ${newest}, ${ofRun}; its agent answers`;
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ["", pc.bold(title), ...lines];

export function renderWhy(answer: WhyAnswer): string {
  const { cause, deployments, further, problem, next, run, targets, unread, at } = answer;
  const choice = answer.switch;
  return [
    "",
    `${dot(!problem)} ${pc.bold(cause.words)}`,
    ...deployments.map(({ caller, words, problem: isBad }) => `  ${dot(!isBad)} ${caller}: ${words}`),
    ...further.map((text) => `${dot(false)} After that: ${text}`),
    ...(run === null ? [] : ["", `${run.title}  ${run.url}`]),
    ...section("GitHub", githubLines(answer)),
    ...section("Runners", runnerLines(answer)),
    ...section("Pause", answer.paused === null ? [] : [pc.yellow(`  ${answer.paused}`)]),
    ...section("Failover switch", choice === null ? [] : [choiceLine(choice, new Date(at), dot)]),
    ...section("Targets", targets.map(targetLine)),
    ...section(
      "Not read",
      unread.map((text) => `  ${text}`),
    ),
    ...(next === null ? [] : ["", `${pc.bold("Next")}  ${next}`]),
    "",
  ].join("\n");
}
