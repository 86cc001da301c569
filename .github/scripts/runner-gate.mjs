// @ts-check
/**
 * The runner gate: which labels may a deployment ask for, now? Run on a GitHub-hosted machine, never on a runner that it
 * judges. Needs nothing but Node 18. Its inputs are environment variables, see `main`.
 *
 * The monitoring host writes the repository variable DEPLOY_RUNNER; the gate checks that it is fresh, that it is meant for
 * this environment, and that GitHub itself shows such a runner online. Otherwise it fails with the reason and a runbook.
 */
import { appendFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

/**
 * @typedef {{ labels: string[], runner: string | null, reason: string, decidedAt: string, expiresAt: string }} Choice
 *   content of DEPLOY_RUNNER; times are RFC 3339, no labels and no runner: none may be used
 * @typedef {{ name: string, online: boolean, busy: boolean, labels: string[] }} Runner as GitHub shows it
 * @typedef {{ go: true, labels: string[], runner: string, reason: string, remark?: string }} Go
 * @typedef {{ go: false, reason: string, runbook: string }} Stop
 * @typedef {{ variable: string, wanted: string, environment: string, now: number }} Question
 *   variable: text of DEPLOY_RUNNER, empty when it is not set; wanted: auto, primary or secondary; now: ms since the epoch
 */

/** How far the clock of the monitoring host may be ahead of this one, milliseconds. */
const CLOCK_TOLERANCE_MS = 2 * 60_000;
/** Attempts to ask GitHub, and the pause between them. */
const ATTEMPTS = 3;
const PAUSE_MS = 5_000;

const RUNBOOKS = {
  blind: "monitoring-blind.md#failoverswitchstale",
  offline: "offline-restore.md#runneroffline",
  none: "offline-restore.md#noauthorisedcapacity",
  network: "network-unreachable.md",
};

/** A text from elsewhere must not start a line: a runner takes lines with two colons as commands. @param {string} text */
const oneLine = (text) => text.replace(/\s+/g, " ").trim();

/** @param {string} reason @param {keyof typeof RUNBOOKS} runbook @returns {Stop} */
const stop = (reason, runbook) => ({ go: false, reason: oneLine(reason), runbook: RUNBOOKS[runbook] });

/** @param {string} text @returns {Choice | undefined} undefined when it is not what the monitoring host writes */
export function parseChoice(text) {
  try {
    const choice = JSON.parse(text);
    const texts = [choice.runner ?? "", choice.reason, choice.decidedAt, choice.expiresAt];
    const isWhole =
      texts.every((part) => typeof part === "string") &&
      Array.isArray(choice.labels) &&
      choice.labels.every((/** @type {unknown} */ label) => typeof label === "string" && label !== "") &&
      Number.isFinite(Date.parse(choice.decidedAt)) &&
      Number.isFinite(Date.parse(choice.expiresAt));
    return isWhole ? choice : undefined;
  } catch {
    return undefined;
  }
}

/** @param {readonly string[]} labels @param {readonly string[]} wanted */
function hasAll(labels, wanted) {
  const own = new Set(labels.map((label) => label.toLowerCase()));
  return wanted.every((label) => own.has(label.toLowerCase()));
}

/**
 * What DEPLOY_RUNNER says, before GitHub is asked.
 * @param {Question} question
 * @returns {Go | Stop}
 */
export function judgeChoice({ variable, wanted, environment, now }) {
  if (wanted === "primary" || wanted === "secondary") {
    const labels = ["self-hosted", "linux", "x64", environment, wanted];
    return {
      go: true,
      labels,
      runner: wanted,
      reason: `${wanted} was asked for by hand`,
      remark: "DEPLOY_RUNNER was not looked at.",
    };
  }
  if (wanted !== "auto")
    return stop(`The runner asked for is "${wanted}". Expected auto, primary or secondary.`, "none");
  if (variable === "") {
    return stop("The repository variable DEPLOY_RUNNER is not set. Expected the monitoring host to keep it.", "blind");
  }
  const choice = parseChoice(variable);
  if (choice === undefined) {
    return stop(
      "DEPLOY_RUNNER is no JSON with labels, runner, reason, decidedAt and expiresAt. Who wrote it?",
      "blind",
    );
  }
  const { labels, runner, reason, decidedAt, expiresAt } = choice;
  if (Date.parse(decidedAt) > now + CLOCK_TOLERANCE_MS) {
    return stop(
      `DEPLOY_RUNNER was decided at ${decidedAt}, which is in the future. Expected clocks that agree.`,
      "blind",
    );
  }
  if (Date.parse(expiresAt) <= now) {
    const at = new Date(now).toISOString();
    return stop(`DEPLOY_RUNNER expired at ${expiresAt}, and it is ${at}: nobody watches the runners.`, "blind");
  }
  if (labels.length === 0) return stop(`The monitoring host offers no runner: ${reason}`, "none");
  if (!hasAll(labels, ["self-hosted", environment])) {
    return stop(
      `DEPLOY_RUNNER names ${labels.join(", ")}. Expected self-hosted and ${environment} among them.`,
      "blind",
    );
  }
  return { go: true, labels, runner: oneLine(runner ?? "unnamed"), reason: oneLine(reason) };
}

/**
 * GitHub's own view of the labels that were chosen.
 * @param {Go} choice
 * @param {readonly Runner[]} runners
 * @returns {Go | Stop}
 */
export function judgeRunners(choice, runners) {
  const eligible = runners.filter(({ labels }) => hasAll(labels, choice.labels));
  const wanted = choice.labels.join(", ");
  if (eligible.length === 0) return stop(`GitHub knows no runner with the labels ${wanted}.`, "offline");
  const online = eligible.filter((runner) => runner.online);
  if (online.length === 0) {
    return stop(`GitHub shows ${eligible.map(({ name }) => name).join(" and ")} (${wanted}) offline.`, "offline");
  }
  const remark = online.some(({ busy }) => !busy)
    ? choice.remark
    : "The runner is busy: the job waits until it is free.";
  return { ...choice, ...(remark === undefined ? {} : { remark }) };
}

/**
 * What people should know of a maintenance: a line for each runner in one now, or that nobody can tell. It decides
 * nothing: the monitoring host has taken it into its choice.
 * @param {string} variable text of RUNNER_MAINTENANCE (packages/failover/choice/maintenance.ts), empty when it is not set
 * @param {number} now ms since the epoch
 * @returns {string[]}
 */
export function maintenanceBanner(variable, now) {
  if (variable.trim() === "") return [];
  try {
    const { schema, runners } = JSON.parse(variable);
    if (schema !== "ghrunners.maintenance/1") throw new Error("another schema");
    return runners
      .filter((/** @type {any} */ entry) => Date.parse(entry.until) > now)
      .map((/** @type {any} */ { name, until, reason, by }) =>
        oneLine(`**Maintenance** of ${name} until ${until}: ${reason} (${by})`),
      );
  } catch {
    return ["**Maintenance**: RUNNER_MAINTENANCE cannot be read, so nobody can tell whether a runner is in one."];
  }
}

/**
 * @param {Go | Stop} verdict @param {string} runbooks address of the folder of runbooks
 * @param {readonly string[]} banner lines above everything
 */
export function renderSummary(verdict, runbooks, banner = []) {
  const above = banner.map((line) => `> ${line}\n\n`).join("");
  if (!verdict.go) {
    return `${above}### No runner for this deployment\n\n${verdict.reason}\n\nRunbook: ${runbooks}/${verdict.runbook}\n`;
  }
  const lines = [
    `### Runner: ${verdict.runner}`,
    `Labels: \`${verdict.labels.join("`, `")}\``,
    `Reason: ${verdict.reason}`,
  ];
  return `${above}${[...lines, ...(verdict.remark === undefined ? [] : [verdict.remark])].join("\n\n")}\n`;
}

/**
 * Every self-hosted runner of the repository.
 * @param {string} api such as https://api.github.com @param {string} repository @param {string} token
 * @returns {Promise<Runner[]>}
 */
async function runnersAtGitHub(api, repository, token) {
  /** @type {Runner[]} */
  const runners = [];
  for (let page = 1; page <= 100; page += 1) {
    const response = await fetch(`${api}/repos/${repository}/actions/runners?per_page=100&page=${page}`, {
      headers: { authorization: `Bearer ${token}`, accept: "application/vnd.github+json" },
      signal: AbortSignal.timeout(30_000),
    });
    if (!response.ok) throw new Error(`GitHub answered ${response.status} to the question for the runners`);
    const body = /** @type {{ total_count: number, runners: any[] }} */ (await response.json());
    for (const { name, status, busy, labels } of body.runners) {
      runners.push({
        name,
        online: status === "online",
        busy,
        labels: labels.map((/** @type {any} */ label) => label.name),
      });
    }
    if (body.runners.length === 0 || runners.length >= body.total_count) break;
  }
  return runners;
}

/** @param {() => Promise<Runner[]>} ask @returns {Promise<Runner[]>} */
async function withRetries(ask) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (attempt >= ATTEMPTS || /answered 40[134]/.test(String(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

/** @param {string} name @returns {string} */
function need(name) {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set. Expected the workflow to set it.`);
  return value;
}

/** @returns {Promise<Go | Stop>} */
async function decide() {
  const choice = judgeChoice({
    variable: process.env.DEPLOY_RUNNER ?? "",
    wanted: process.env.WANTED_RUNNER || "auto",
    environment: need("DEPLOY_ENVIRONMENT"),
    now: Date.now(),
  });
  if (!choice.go) return choice;
  const [api, repository, token] = [need("GITHUB_API_URL"), need("GITHUB_REPOSITORY"), need("RUNNER_VIEW_TOKEN")];
  try {
    return judgeRunners(choice, await withRetries(() => runnersAtGitHub(api, repository, token)));
  } catch (error) {
    return stop(
      `${error instanceof Error ? error.message : String(error)}. Expected GitHub's view of the runners.`,
      "network",
    );
  }
}

async function main() {
  const verdict = await decide();
  const summary = renderSummary(
    verdict,
    need("RUNBOOKS").replace(/\/$/, ""),
    maintenanceBanner(process.env.RUNNER_MAINTENANCE ?? "", Date.now()),
  );
  process.stdout.write(summary);
  appendFileSync(need("GITHUB_STEP_SUMMARY"), summary);
  if (!verdict.go) {
    process.stdout.write(`::error title=No runner for this deployment::${verdict.reason}\n`);
    process.exitCode = 1;
    return;
  }
  const outputs = {
    labels: JSON.stringify(verdict.labels),
    runner: verdict.runner,
    reason: verdict.reason,
  };
  appendFileSync(
    need("GITHUB_OUTPUT"),
    Object.entries(outputs)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(""),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  main().catch((error) => {
    process.stdout.write(`::error title=The runner gate failed::${oneLine(String(error))}\n`);
    process.exitCode = 1;
  });
}
