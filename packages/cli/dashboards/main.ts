import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { dashboards } from "@ghrunners/monitoring/dashboards/index";
import { instanceNamed } from "@ghrunners/lab/instance";
import { deploymentMarks, evaluateDashboard } from "./evaluate";
import { renderPage } from "./page";
import { prometheusAt, type Window } from "./prometheus";

/** The lab's Prometheus on loopback. */
const LAB_PROMETHEUS = "http://127.0.0.1:19090";
const POINTS = 180;

interface Options {
  readonly prometheus: string;
  readonly environment?: string;
  readonly range: number;
}

/** `30m`, `6h` or `7d` in seconds. */
function seconds(text: string): number {
  const [, number, unit] = /^(\d+)([mhd])$/.exec(text) ?? [];
  const size = { m: 60, h: 3600, d: 86_400 }[unit ?? ""];
  if (size === undefined || Number(number) === 0) throw new InvalidArgumentError("Expected 30m, 6h or 7d.");
  return Number(number) * size;
}

async function look({ prometheus: url, environment: wanted, range }: Options) {
  const prometheus = prometheusAt(url);
  const known = await prometheus.environments();
  const environment = wanted ?? known[0];
  if (environment === undefined || !known.includes(environment)) {
    throw new Error(
      `Prometheus at ${url} has targets of ${known.join(", ") || "no environment"}, expected ${wanted ?? "at least one"}. Set the monitoring group of the configuration and run npm run up, or name another with --environment.`,
    );
  }
  const end = Math.floor(Date.now() / 1000);
  const window: Window = { start: end - range, end, step: Math.max(5, Math.round(range / POINTS)) };
  const evaluated = [];
  for (const dashboard of dashboards) {
    evaluated.push(await evaluateDashboard(dashboard, environment, prometheus, window));
  }
  return { environment, window, evaluated, marks: await deploymentMarks(environment, prometheus, window) };
}

async function render(options: Options & { out: string }): Promise<void> {
  const { environment, window, evaluated, marks } = await look(options);
  const style = readFileSync(path.join(__dirname, "page.css"), "utf8");
  const page = renderPage(evaluated, { environment, prometheus: options.prometheus, window, marks, style });
  mkdirSync(path.dirname(path.resolve(options.out)), { recursive: true });
  writeFileSync(options.out, page);
  process.stdout.write(`${options.out}\n`);
}

async function check(options: Options & { json?: boolean }): Promise<void> {
  const { evaluated } = await look(options);
  const panels = evaluated.flatMap(({ dashboard, rows }) =>
    rows.flatMap(({ panels: found }) =>
      found.map(({ panel, series }) => ({
        dashboard: dashboard.uid,
        panel: panel.title,
        series: series.length,
        event: panel.event,
      })),
    ),
  );
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ version: 1, panels }, null, 2)}\n`);
    return;
  }
  for (const { dashboard, panel, series, event } of panels) {
    process.stdout.write(
      `${series > 0 ? "✔" : "·"} ${dashboard}  ${panel}: ${series > 0 ? `${series} series` : `no data until ${event}`}\n`,
    );
  }
  const filled = panels.filter(({ series }) => series > 0).length;
  process.stdout.write(`${filled} of ${panels.length} panels have data.\n`);
}

const program = new Command("npm run dashboards --")
  .exitOverride()
  .description("Grafana's dashboards, drawn from a live Prometheus.");

const common = (command: Command): Command =>
  command
    .option("--prometheus <url>", "address of Prometheus", LAB_PROMETHEUS)
    .option("--environment <name>", "environment; default: the first that has targets")
    .option("--range <span>", "span of time up to now: 30m, 6h, 7d", seconds, 3600);

common(program.command("render"))
  .description("draws every panel into one HTML page that needs nothing but itself")
  .option(
    "--out <file>",
    "file to write",
    path.join(instanceNamed(process.env.GHRUNNERS_LAB ?? "lab").state, "dashboards.html"),
  )
  .action(render);
common(program.command("check"))
  .description("says for each panel whether it has data, or which event would make it")
  .option("--json", "as JSON")
  .action(check);

program.parseAsync().catch((error: Error) => {
  // commander has said what is wrong with the arguments; its code 0 is a help text.
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
