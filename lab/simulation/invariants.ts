/**
 * Invariants at the end of a run: the target is consistent, every report was true, every incident was reported, no
 * secret leaked.
 */
import type { Records } from "@ghrunners/deploy/target/history";
import type { DeployerResult } from "./deployers";
import type { Disk } from "./disk";
import type { Inode } from "./disk-tree";
import type { RunState } from "./fault";
import type { GateJudge } from "./gate";
import { SECRETS } from "./site";
import { METRICS, RECORDS, STATE } from "./oracle";
import { SWITCH_STATE } from "./switch-host";

const textAt = (disk: Disk, file: string): string => disk.find(file, true)?.content.toString("utf8") ?? "";

/** Name and value of every sample of the target's metrics. */
function samplesOf(text: string): Map<string, number> {
  return new Map(
    text
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
  );
}

export const isLoud = ({ site }: RunState): boolean =>
  (samplesOf(textAt(site.target.disk, METRICS)).get("deployment_unreadable_files") ?? 0) > 0;

function temporaryBelow(folder: string, node: Inode | undefined): string[] {
  return [...(node?.entries ?? [])].flatMap(([name, inner]) =>
    name.startsWith(".ghrunners-new-") ? [`${folder}/${name}`] : temporaryBelow(`${folder}/${name}`, inner),
  );
}

/** The target is as its last deployment ended, and nothing of it is left over: no temporary file and no process. */
export function targetProblems(state: RunState): string[] {
  const { site, truth } = state;
  const { last } = truth;
  if (last === undefined) return [];
  const { disk } = site.target;
  const problems = truth.wrongWith(last).map((what) => `in the end, after ${last.outcome}: ${what}`);
  if (!last.released) return problems;
  const left = [...(disk.find(STATE, true)?.entries.keys() ?? [])].filter(
    // The folder of captured files is made with the lock, before a full disk may refuse the rest.
    (name) => name !== "journal.json" && name !== "captured" && !name.includes(".folder-"),
  );
  if (left.length > 0) problems.push(`left in ${STATE}: ${left.join(", ")}`);
  for (const name of disk.find("/opt/demo/releases", true)?.entries.keys() ?? [])
    if (name.startsWith(".")) problems.push(`left among the releases: ${name}`);
  for (const file of temporaryBelow("", disk.root)) problems.push(`a file that is not whole is left: ${file}`);
  if (site.target.scopes.size > 0)
    problems.push(`processes of a step are left: ${[...site.target.scopes.keys()].join(", ")}`);
  return problems;
}

function outcomeIn(text: string): string {
  if (text === "") return "nothing";
  try {
    return (JSON.parse(text) as Records["deployment"]).outcome;
  } catch {
    return "an unreadable version";
  }
}

/** Every deployment that was over has its record, and the metrics count it. */
export function recordProblems({ site, truth, damaged }: RunState): string[] {
  if (damaged) return [];
  const { disk } = site.target;
  const problems: string[] = [];
  const over = truth.told.filter(({ closed }) => closed);
  for (const { id, outcome } of over) {
    const seen = outcomeIn(textAt(disk, `${RECORDS}/${id}.json`));
    if (seen !== outcome) problems.push(`the record of ${id} says ${seen}, and it was ${outcome}`);
  }
  if (over.length === 0) return problems;
  const samples = samplesOf(textAt(disk, METRICS));
  const want = (name: string, expected: number | undefined): void => {
    if (samples.get(name) !== expected)
      problems.push(`the metric ${name} is ${samples.get(name)}, expected ${expected}`);
  };
  for (const outcome of ["succeeded", "rolled_back", "refused", "cancelled", "rollback_failed"])
    want(
      `deployment_outcomes_total{outcome="${outcome}"}`,
      over.filter((told) => told.outcome === outcome).length + (outcome === "succeeded" ? 1 : 0),
    );
  want("deployment_in_progress", 0);
  want("deployment_partial_state", truth.last?.outcome === "rollback_failed" ? 1 : 0);
  return problems;
}

/** One issue for each deployment that was undone, or could not be. */
export function issueProblems({ site, truth, damaged }: RunState): string[] {
  const problems: string[] = [];
  for (const { id, outcome, closed } of truth.told) {
    const marked = site.github.issues.filter(({ body }) => body.includes(`<!-- ghrunners:incident:${id} -->`)).length;
    const expected = closed && (outcome === "rolled_back" || outcome === "rollback_failed") ? 1 : 0;
    if (marked !== expected && !(damaged && marked < expected))
      problems.push(`deployment ${id} (${outcome}) has ${marked} issues, expected ${expected}`);
  }
  return problems;
}

/** Where nothing was wrong with the disk, no command of the agent fails by an error of the system. */
export function agentProblems({ site, happened }: RunState): string[] {
  if ([...happened].some((kind) => kind.startsWith("disk-") || kind === "damaged-file")) return [];
  return site.failures
    .filter((text) => /\bE[A-Z]{3,}: /.test(text))
    .map((text) => `nothing is wrong with the disk, and ${text}`);
}

/** What a deployer reported by its output and its exit code. */
function claimProblem(
  state: RunState,
  { who, version, code, words, startedAt, endedAt, crashed }: DeployerResult,
): string | undefined {
  if (code === 137 || who.includes(" report of ")) return undefined;
  if (crashed) return `${who} ended by an error that it did not catch`;
  if (words.trim() === "") return `${who} ended with ${code} and without a word`;
  if (code === 2) return `${who} took a right use for a wrong one`;
  const [, id, outcome] = /^Deployment (\S+): (\S+) after/m.exec(words) ?? [];
  const told = state.truth.told.find((each) => each.id === id);
  if (id !== undefined && told === undefined) return `${who} reports deployment ${id}, which never existed`;
  if (told !== undefined && outcome !== undefined && !told.outcomes.has(outcome))
    return `${who} says that ${id} is ${outcome}, and it was ${told.outcome}`;
  if (code !== 0) return undefined;
  if (words.includes("nothing to do"))
    return state.truth.wasSettledAt(version, startedAt, endedAt)
      ? undefined
      : `${who} says that there is nothing to do for version ${version}, which was not installed and over then`;
  const good = who.includes("retry") ? ["succeeded", "rolled_back"] : ["succeeded"];
  return outcome !== undefined && good.includes(outcome) ? undefined : `${who} ends with 0, and says ${outcome}`;
}

export const claimProblems = (state: RunState): string[] =>
  state.deployers.results.flatMap((result) => claimProblem(state, result) ?? []);

/** A gate that asks now may deploy. */
export function choiceProblems({ site }: RunState, gate: GateJudge): string[] {
  const variable = site.github.variables.get("DEPLOY_RUNNER") ?? "";
  const question = { variable, wanted: "auto", label: "production", now: new Date(site.github.host.wall()) };
  const verdict = gate.judgeChoice(question);
  return verdict.go ? [] : [`all is well, and the gate refuses: ${verdict.reason}`];
}

function textsBelow(folder: string, node: Inode | undefined, into: [string, string][]): [string, string][] {
  if (node?.kind === "file") into.push([folder, node.content.toString("utf8")]);
  for (const [name, inner] of node?.entries ?? []) textsBelow(`${folder}/${name}`, inner, into);
  return into;
}

/** Everything that people, programs or other jobs can read. */
export function secretProblems({ site, deployers, switchHost }: RunState): string[] {
  const places: [string, string][] = [
    ...textsBelow("/var", site.target.disk.find("/var", true), []),
    ...textsBelow(SWITCH_STATE, site.monitoring.disk.find(SWITCH_STATE, true), []),
    ...textsBelow("/job", site.primary.disk.find("/job", true), []),
    ["the deployers' consoles", deployers.consoles],
    ["the switch's journal", switchHost.words],
    ["the issues", JSON.stringify(site.github.issues)],
    ["the variables", JSON.stringify([...site.github.variables])],
  ];
  return Object.entries(SECRETS).flatMap(([name, secret]) =>
    places.filter(([, text]) => text.includes(secret)).map(([place]) => `the planted secret "${name}" is in ${place}`),
  );
}

/** How the run ended, for the coverage. */
export function endingOf({ truth, site }: RunState): "old" | "new" | "locked" {
  const { last } = truth;
  if (last !== undefined && !last.released) return "locked";
  return site.target.disk.find("/opt/demo/current", false)?.target === "releases/1" ? "old" : "new";
}
