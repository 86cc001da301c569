/** `npm start`: the whole rehearsal. Run again, it does only what is missing. */
import { Command } from "commander";
import { noticingInterrupt } from "@ghrunners/core/interrupted";
import { endQuietlyWhenNobodyReads, errorText, note } from "@ghrunners/core/terminal";
import { runProcess } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";
import { runInside } from "./exec";
import { currentInstance } from "./instance";
import { reasonForApiOnly } from "./mode";
import { ownerInWords, ownerOption, type RepositoryOwner, repositoryOf } from "./owner";
import { openLab } from "./pulumi/open";
import { inside, type LabSession } from "./pulumi/session";
import { secondsSinceTyped } from "./since-typed";
import { Stages } from "./stages";

const next = [
  "npm run lab -- shell                        a shell in the lab: pulumi and ghrunners as in production",
  "npm run lab -- exec -- ghrunners status     this screen again",
  "npm run lab -- fault list                   break something, look again, then pulumi up --refresh in the shell",
  "npm run lab -- status                       addresses for a browser: Prometheus, Alertmanager, both APIs",
  "npm run lab -- down                         end the lab; nothing stays behind",
];

interface StartOptions {
  readonly owner?: RepositoryOwner;
}

/** A job that succeeded on the primary is the proof; without one, a job is started. */
async function jobIsDue(session: LabSession): Promise<boolean> {
  const line = inside(session, ["ghrunners", "status", "--json"]);
  const { stdout } = await runProcess(line, { cwd: projectRoot, env: session.env, terminal: "errors" });
  const report = JSON.parse(stdout) as {
    runners: { role: string; name: string; status: string }[];
    lastJob: { runner: string; conclusion: string | null } | null;
  };
  const primary = report.runners.find(({ role }) => role === "primary");
  const proved = report.lastJob?.runner === primary?.name && report.lastJob?.conclusion === "success";
  return primary?.status === "online" && !proved;
}

async function start(options: StartOptions): Promise<number> {
  const reason = reasonForApiOnly();
  if (reason !== undefined) note(`No machines in this rehearsal: ${reason}. The two APIs are rehearsed on loopback.`);
  const stages = new Stages({ name: "npm", seconds: secondsSinceTyped() });
  const session = await stages.time("lab", () => openLab(currentInstance(), { say: note, ...options }));
  note("pulumi up");
  const { value: code, interrupted } = await stages.time("pulumi up", () =>
    noticingInterrupt(() => runInside(session, ["pulumi", "up", "--yes", "--skip-preview", "--suppress-outputs"])),
  );
  if (code !== 0 && interrupted) {
    note("Interrupted: pulumi up was ended by Ctrl-C. The lab stays up; the next npm start carries on from here.");
    return 130;
  }
  if (code !== 0) {
    note("pulumi up failed; its output is above. The lab stays up: fix the cause and run npm start again.");
    return code;
  }
  if (await jobIsDue(session)) {
    note("one job on the primary");
    const job = await stages.time("job", () => runInside(session, ["ghrunners", "smoke"]));
    if (job !== 0) return job;
  }
  const status = await stages.time("status", () => runInside(session, ["ghrunners", "status", "--wait"]));
  const { owner, instance } = session.lab;
  const machines = session.lab.mode === "machines" ? "real Linux machines" : "no machines (they need root on Linux)";
  process.stdout.write(
    `This was the lab "${instance.name}": ${machines}, emulated Proxmox VE and GitHub APIs, a stand-in for GitHub's runner.\n` +
      `Its repository ${repositoryOf(owner).fullName} is private, of ${ownerInWords[owner]}.\n\n` +
      `Next\n${next.map((line) => `  ${line}`).join("\n")}\n\n`,
  );
  note(`${secondsSinceTyped().toFixed(0)} s since the command was typed: ${stages}`);
  return status;
}

endQuietlyWhenNobodyReads();
new Command("npm start")
  .description(
    "Rehearses the whole system on this machine: installs what is missing, brings the lab up, runs `pulumi up` in it, runs " +
      "one workflow job on the primary runner and shows the status. The lab stays up: npm run lab -- down ends it.",
  )
  .addOption(ownerOption())
  .action(async (options: StartOptions) => {
    process.exitCode = await start(options);
  })
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(
      `${errorText(error)}\nThe next npm start carries on from here; npm run lab -- down cleans up.\n`,
    );
    process.exitCode = 1;
  });
