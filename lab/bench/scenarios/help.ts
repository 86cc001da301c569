import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { baseFolders } from "../../instance";
import { recordTiming, type Bench, type BenchScenario } from "../scenario";
import { timed } from "../timed";

const MEASURE = "help/command";

/** What every command of ghrunners costs before it begins its work: Node, the command tree, its text. */
export const helpText: BenchScenario = {
  name: "help",
  describes: "ghrunners --help: what starting any command costs",
  bars: [{ measure: MEASURE, seconds: 0.3 }],
  async run(bench: Bench): Promise<void> {
    const command = {
      line: [process.execPath, "packages/cli/bin/ghrunners.cjs", "--help"],
      cwd: projectRoot,
      env: process.env,
    };
    const log = path.join(baseFolders().state, "bench-logs", "help.log");
    for (let round = 1; round <= bench.rounds; round += 1) {
      const timing = await timed(command, log, bench.signal);
      recordTiming(bench, { measure: MEASURE, subject: "ghrunners", round }, timing);
    }
  },
};
