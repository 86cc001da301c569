import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse, stringify } from "yaml";
import { topology } from "../../topology";
import { stackFile } from "@ghrunners/cli/pulumi/stack";
import { projectRoot } from "@ghrunners/core/project-root";
import { pulumiLine, stackOfSession } from "../../pulumi/session";
import { withLab, type BenchLab } from "../labs";
import { prepareTofu } from "../peer/tofu";
import { ensurePeerTools, type PeerTools } from "../peer/tools";
import { assertMachinesUnchanged } from "../peer/unchanged";
import { recordTiming, type Bench, type BenchScenario } from "../scenario";
import { sameJob, type SameJob } from "../same-job";
import { timed, type TimedCommand, type CommandTiming } from "../timed";

const FIRST_VMID = 1000;
/** From here on a size takes minutes, and is measured once. */
const LARGE = 100;
/** The lab's network has 204 addresses from here on, of which its standing hosts take some. */
const FIRST_HOST = 51;
const LAST_HOST = 254;

/** A configuration's runners: one primary, the rest secondaries. */
export function runnersOf(size: number): { role: string; name: string; vmId: number; address: string }[] {
  const taken = new Set<string>(Object.values(topology.hosts).map(({ address }) => address));
  const addresses = Array.from(
    { length: LAST_HOST - FIRST_HOST + 1 },
    (_, index) => `198.51.100.${FIRST_HOST + index}`,
  );
  return addresses
    .filter((address) => !taken.has(address))
    .slice(0, size)
    .map((address, index) => ({
      role: index === 0 ? "primary" : "secondary",
      name: `bench-${index}`,
      vmId: FIRST_VMID + index,
      address,
    }));
}

/** Puts the runners into the stack's configuration file, which the lab made. */
function configure({ session }: BenchLab, size: number): void {
  const file = stackFile(stackOfSession(session));
  const content = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
  content.config["ghrunners:runners"] = runnersOf(size);
  writeFileSync(file, stringify(content), { mode: 0o600 });
}

function pulumi({ session }: BenchLab, { file }: SameJob, ...args: readonly string[]): TimedCommand {
  return { line: pulumiLine(session, [...args, "--config-file", file]), cwd: projectRoot, env: session.env };
}

/** The three commands that are timed, in order. */
interface Steps {
  readonly preview: TimedCommand;
  readonly first: TimedCommand;
  readonly noOp: TimedCommand;
}

function ownSteps(bed: BenchLab): Steps {
  const job = sameJob(bed);
  return {
    preview: pulumi(bed, job, "preview"),
    first: pulumi(bed, job, "up"),
    noOp: pulumi(bed, job, "up", "--expect-no-changes"),
  };
}

function peerSteps(bed: BenchLab, tools: PeerTools): Steps {
  const { lab } = bed;
  const tofu = prepareTofu(tools, lab, sameJob(bed).settings, path.join(lab.instance.state, "peer"));
  const apply = tofu.command("apply", "-auto-approve", "-input=false", "-no-color");
  return { preview: tofu.command("plan", "-input=false", "-no-color"), first: apply, noOp: apply };
}

/**
 * The state is saved at the end alone. Experimental in Pulumi; see docs/explanation/performance.md for what it costs.
 */
const savedAtEnd = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };
const savedAtEndMeasures = { preview: "vms/preview-saved-at-end", first: "vms/first-run-saved-at-end" } as const;

/** VMs alone, against Proxmox VE's API without guests. */
export const vms: BenchScenario = {
  name: "vms",
  describes: "2, 20 and 200 VMs on the API alone: preview, first run and no-op, against OpenTofu",
  bars: [],
  async run(bench: Bench): Promise<void> {
    const tools = await ensurePeerTools(bench, { ansible: false });
    const log = (bed: BenchLab, name: string): string => path.join(bed.lab.instance.logs, `${name}.log`);
    const run = (bed: BenchLab, command: TimedCommand, name: string): Promise<CommandTiming> =>
      timed(command, log(bed, name), bench.signal);
    const steps = { ghrunners: ownSteps, opentofu: (bed: BenchLab) => peerSteps(bed, tools) } as const;
    for (let round = 1; round <= bench.rounds; round += 1) {
      for (const size of bench.sizes.filter((one) => round === 1 || one < LARGE)) {
        for (const subject of ["ghrunners", "opentofu"] as const) {
          await withLab(bench, "api-only", async (bed) => {
            configure(bed, size);
            const { preview, first, noOp } = steps[subject](bed);
            const label = { subject, round, size } as const;
            const previewed = await run(bed, preview, "preview");
            recordTiming(bench, { measure: "vms/preview", ...label }, previewed);
            const firstRun = await run(bed, first, "first");
            recordTiming(bench, { measure: "vms/first-run", ...label }, firstRun);
            // OpenTofu saves at intervals and at the end in any case: its single run is used in both comparisons.
            if (size >= LARGE && subject === "opentofu") {
              recordTiming(bench, { measure: savedAtEndMeasures.preview, ...label }, previewed);
              recordTiming(bench, { measure: savedAtEndMeasures.first, ...label }, firstRun);
            }
            recordTiming(bench, { measure: "vms/no-op", ...label }, await run(bed, noOp, "no-op"));
            if (subject === "opentofu") assertMachinesUnchanged(readFileSync(log(bed, "no-op"), "utf8"));
          });
        }
        if (size < LARGE) continue;
        await withLab(bench, "api-only", async (bed) => {
          configure(bed, size);
          const own = ownSteps(bed);
          for (const step of ["preview", "first"] as const) {
            const atEnd = { ...own[step], env: { ...own[step].env, ...savedAtEnd } };
            const timing = await run(bed, atEnd, `saved-at-end-${step}`);
            const label = { measure: savedAtEndMeasures[step], subject: "ghrunners", round, size } as const;
            recordTiming(bench, label, timing);
          }
        });
      }
    }
  },
};
