import { readFileSync, rmSync } from "node:fs";
import { availableParallelism, constants, setPriority } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { textTable } from "@ghrunners/core/text-table";
import { withLock } from "@ghrunners/lab/toolchain/lock";
import { projectRoot } from "@ghrunners/core/project-root";
import { errorText, note } from "@ghrunners/core/terminal";
import { cacheFolder } from "@ghrunners/core/user-folders";
import { type MutationArea, areas, areasNamed, filesOf } from "./areas";
import { copyCheckout, measure } from "./measure";
import { BAR, type SurvivorDifferences, differences, percent, readReasons, reasonLine, type Score } from "./score";

const DOCUMENT = "test/mutation/README.md";

const help = `usage: npm run mutate [-- FOLDER ... options]

Changes the pure functions one small piece at a time and runs their unit tests: a change that no test notices is a survivor.
At least ${BAR} % of the changes of each folder must be noticed; ${DOCUMENT} gives the reason for each survivor.
Works in a copy of the checkout in the cache folder and stores results there: only what changed is tried again.

Folders; all of them without an argument:
${areas.map(({ folder }) => `  ${folder}`).join("\n")}

  --fresh          try every change again
  --concurrency N  processes side by side (default: half of the processors)
  --json           print the scores and survivors as JSON
  --help

Exit code: 0 each folder reaches the bar and the document is up to date, 1 not, 2 wrong use.
`;

const options = {
  fresh: { type: "boolean", default: false },
  concurrency: { type: "string", default: String(Math.max(1, Math.floor(availableParallelism() / 2))) },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

function table(scores: readonly Score[]): string {
  const lines = scores.map((score) => [
    score.folder,
    String(score.mutants),
    String(score.killed),
    `${percent(score).toFixed(1)} %`,
    `${score.seconds.toFixed(0)} s`,
  ]);
  const all = [["folder", "mutants", "killed", "score", "time"], ...lines];
  return textTable(all, 1)
    .map((line) => `${line}\n`)
    .join("");
}

function complaints(scores: readonly Score[], { unexplained, outdated }: SurvivorDifferences): string[] {
  const low = scores.filter((score) => percent(score) < BAR);
  return [
    ...low.map(
      (score) => `${score.folder}: ${percent(score)} % of its mutants are killed, expected at least ${BAR} %.`,
    ),
    ...(unexplained.length === 0
      ? []
      : [
          `${unexplained.length} survivors have no reason in ${DOCUMENT}. Next: a test that kills each, or its line there:`,
          ...unexplained.map((survivor) => `${reasonLine(survivor)} (line ${survivor.line})`),
        ]),
    ...outdated.map(
      ({ file, original, mutated }) =>
        `${DOCUMENT} has a reason for \`${original}\` to \`${mutated}\` in ${file}, which is no survivor. Next: take the line out.`,
    ),
  ];
}

/** Below the cache folder: the copy of the checkout, which goes again, and the results, which stay. */
async function run(chosen: readonly MutationArea[], fresh: boolean, concurrency: number): Promise<Score[]> {
  const folder = path.join(cacheFolder(), "mutation");
  const copy = path.join(folder, "checkout");
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => stop.abort());
  const measuring = { copy, results: path.join(folder, "results"), fresh, concurrency, signal: stop.signal };
  // Other work on the machine goes first; what is started from here is as modest.
  setPriority(constants.priority.PRIORITY_LOW);
  const waits = () => note("Another npm run mutate is at work; waiting for it ...");
  return withLock(path.join(folder, "lock"), waits, async () => {
    const scores: Score[] = [];
    try {
      copyCheckout(copy);
      for (const area of chosen) {
        note(`${area.folder} ...`);
        scores.push(await measure(area, measuring));
      }
      return scores;
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const chosen = areasNamed(positionals);
  const concurrency = Number(values.concurrency);
  if ("unknown" in chosen || !Number.isInteger(concurrency) || concurrency < 1) {
    const seen =
      "unknown" in chosen ? `"${chosen.unknown}" is no folder that is mutated` : `--concurrency ${values.concurrency}`;
    process.stderr.write(`${seen}. See: npm run mutate -- --help\n`);
    return 2;
  }
  const scores = await run(chosen, values.fresh, concurrency);
  const reasons = readReasons(readFileSync(path.join(projectRoot, DOCUMENT), "utf8"));
  const found = differences(scores, reasons, chosen.flatMap(filesOf));
  const wrong = complaints(scores, found);
  process.stdout.write(
    values.json ? `${JSON.stringify({ bar: BAR, scores, ...found }, undefined, 2)}\n` : table(scores),
  );
  for (const line of wrong) process.stderr.write(`${line}\n`);
  return wrong.length === 0 ? 0 : 1;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${errorText(error)}\n`);
    process.exitCode =
      error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS") ? 2 : 1;
  },
);
