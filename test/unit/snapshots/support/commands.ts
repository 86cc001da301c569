/** Every command that explains itself by --help. */
export interface HelpfulCommand {
  /** What a person types before --help. */
  readonly name: string;
  /** Its TypeScript file, relative to the project. */
  readonly file: string;
}

const npm = (name: string, file: string): HelpfulCommand => ({ name: `npm run ${name} --`, file });

export const commands: readonly HelpfulCommand[] = [
  npm("start", "lab/start.ts"),
  { name: "ghrunners", file: "packages/cli/main.ts" },
  npm("scenarios", "lab/scenarios/main.ts"),
  npm("lab", "lab/main.ts"),
  npm("toolchain", "lab/toolchain/main.ts"),
  npm("test", "test/run.ts"),
  npm("bench", "lab/bench/main.ts"),
  npm("mutate", "test/mutation/main.ts"),
  npm("simulate", "lab/simulation/main.ts"),
  { name: "ghrunners-exporter", file: "packages/exporter/main.ts" },
  { name: "node deployer.cjs", file: "packages/deploy/deployer/main.ts" },
  { name: "npx tsx lab/github/main.ts", file: "lab/github/main.ts" },
];

/** npm commands whose help is another program's, and one that takes no arguments. */
export const othersHelp = ["lint", "format", "build:workflows"];
