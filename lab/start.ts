import { parseArgs } from "node:util";
import { reasonForApiOnly } from "./lifecycle";
import { runPulumi } from "@ghrunners/cli/pulumi/engine";
import { openStack, type Stack } from "@ghrunners/cli/pulumi/stack";
import { runSmokeJob } from "@ghrunners/cli/smoke-job";
import { renderStatus } from "@ghrunners/cli/status/render";
import { hasChoice, isSeen, settledStatusOf, statusOf } from "@ghrunners/cli/status/status";
import type { StatusReport } from "@ghrunners/cli/status/report";
import { errorText, note } from "@ghrunners/core/terminal";

const help = `usage: npm start

Rehearses the whole system on this machine: installs what is missing, brings the laboratory up, runs "pulumi up" on the
stack "lab", runs one workflow job on the primary runner and shows the status. Run again, it does only what is due.
The laboratory stays up: npm run lab:down ends it.
`;

const next = [
  "npm run status               this screen again",
  "npm run lab -- fault list    break something, then: npm run refresh, npm run up",
  "npm run ops -- alerts        what fires, and what on-call was told",
  "npm run lab -- status        addresses for a browser: Prometheus, Alertmanager, both APIs",
  "npm run lab:down             end the laboratory",
];

/** A job that succeeded on the primary is the proof; without one yet, it is due. */
function jobIsDue(report: StatusReport): boolean {
  const primary = report.runners.find((runner) => runner.role === "primary");
  return (
    primary?.status === "online" &&
    !(report.lastJob?.runner === primary.name && report.lastJob.conclusion === "success")
  );
}

async function prove(stack: Stack): Promise<StatusReport> {
  const report = await statusOf(stack);
  if (jobIsDue(report)) {
    note("Running a workflow job on the primary");
    await runSmokeJob(stack, "primary");
  }
  return settledStatusOf(stack, note, (seen) => isSeen(seen) && hasChoice(seen));
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { help: { type: "boolean" } } });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const started = Date.now();
  const reason = reasonForApiOnly();
  if (reason !== undefined) note(`No machines in this rehearsal: ${reason}. The two APIs are rehearsed on loopback.`);
  const stack = await openStack("lab", note);
  const code = await runPulumi(stack.engine, ["up", "--suppress-outputs"]);
  if (code !== 0) {
    note('"pulumi up" failed; its words are above. The laboratory stays up: mend the cause and run npm start again.');
    return code;
  }
  const report = await prove(stack);
  process.stdout.write(renderStatus(report, next));
  note(`${((Date.now() - started) / 1000).toFixed(0)} s in all`);
  return report.healthy ? 0 : 1;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${errorText(error)}\nThe next npm start carries on from here; npm run lab:down cleans up.\n`);
    process.exitCode = 1;
  },
);
