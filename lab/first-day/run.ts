/**
 * `npm run lab -- first-day`: the first day in a blank lab, from the bare node to a deployment, with the time of each
 * step.
 */
import path from "node:path";
import { stringify } from "yaml";
import { projectRoot } from "@ghrunners/core/project-root";
import { runProcess } from "@ghrunners/core/process";
import { writeWhole } from "@ghrunners/core/whole-file";
import { labFiles } from "../blank";
import type { RepositoryOwner } from "../owner";
import { prepareDemoApp } from "../demo-app/prepare";
import { inside, type LabSession } from "../pulumi/session";
import { answersOf, countValues, deploymentAnswers } from "./answers";
import { firstDaySteps, type FirstDayStep } from "./steps";

/** A step that was performed. */
export interface PerformedStep extends FirstDayStep {
  readonly seconds: number;
}

export interface FirstDay {
  readonly steps: readonly PerformedStep[];
  /** Values that the answers hold: what a person has to know. */
  readonly answers: number;
}

/** Performs one command. @throws Error with its words when it fails */
async function perform(session: LabSession, command: string): Promise<void> {
  const line = inside(session, ["bash", "-euo", "pipefail", "-c", command]);
  const { code, all } = await runProcess(line, { cwd: projectRoot, env: session.env });
  if (code !== 0) throw new Error(`${command}\nended with exit code ${code}:\n${all.trimEnd()}`);
}

/**
 * Performs every step that this lab can have. The lab is blank and up.
 * @param say gets the title of each step, and its seconds at its end
 * @throws Error with the command and its words at the first one that fails
 */
export async function runFirstDay(
  session: LabSession,
  owner: RepositoryOwner,
  say: (line: string) => void,
): Promise<FirstDay> {
  const { lab } = session;
  const isWhole = lab.mode === "machines";
  if (isWhole) await prepareDemoApp(session, say);
  const given = { answers: answersOf(owner, lab), ...(isWhole ? { deployment: deploymentAnswers(owner) } : {}) };
  for (const [name, tree] of Object.entries(given))
    writeWhole(path.join(labFiles(lab.instance), `${name}.yaml`), stringify(tree));
  const steps: PerformedStep[] = [];
  for (const step of firstDaySteps.filter(({ needsMachines = false }) => isWhole || !needsMachines)) {
    const began = Date.now();
    say(step.title);
    // Without machines there is no host whose key could be read.
    for (const command of step.commands)
      await perform(session, isWhole ? command : command.replace(/ --set ".*"$/, ""));
    const seconds = (Date.now() - began) / 1000;
    say(`  ${seconds.toFixed(0)} s`);
    steps.push({ ...step, seconds });
  }
  return { steps, answers: countValues(Object.values(given)) };
}

/** The record as a table of Markdown. Pure. */
export function firstDayTable({ steps, answers }: FirstDay): string {
  const rows = steps.map(
    ({ title, seconds, commands, byHand = "nothing" }) =>
      `| ${title} | ${commands.length} | ${seconds.toFixed(0)} | ${byHand} |`,
  );
  const sum = (count: (step: PerformedStep) => number): number => steps.reduce((all, step) => all + count(step), 0);
  const total = `| all | ${sum(({ commands }) => commands.length)} | ${sum(({ seconds }) => seconds).toFixed(0)} | ${answers} values to know |`;
  return ["| step | commands | seconds | by hand |", "|---|---|---|---|", ...rows, total].join("\n");
}
