import { Command } from "commander";
import { ensureToolchain, ToolchainError, type Toolchain } from ".";
import { defaultCache } from "./ensure";
import { readToolchain, type ToolchainPart } from "./manifest";
import { ensurePrometheus } from "./prometheus";
import { readSource } from "./source";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { textTable } from "@ghrunners/core/text-table";
import { endQuietlyWhenNobodyReads } from "@ghrunners/core/terminal";

/** Parts as a table for people. */
function table(parts: readonly ToolchainPart[]): string {
  const rows = [["PART", "VERSION", "ORIGIN", "NOTE"], ...parts.map((p) => [p.name, p.version, p.origin, p.note])];
  return textTable(rows).join("\n");
}

function show(toolchain: Toolchain, json: boolean): void {
  process.stdout.write((json ? JSON.stringify({ version: 1, ...toolchain }, null, 2) : table(toolchain.parts)) + "\n");
}

const program = new Command("toolchain")
  .description("The Pulumi CLI and plugins: found on this machine, downloaded, or built from published Go modules.")
  .showHelpAfterError();

program
  .command("ensure", { isDefault: true })
  .description("make the toolchain if it is not complete, and list its parts")
  .option("--json", "machine-readable output")
  .action(async (options: { json?: boolean }) => show(await ensureToolchain(), options.json === true));

program
  .command("list")
  .description("list the parts without making any")
  .option("--json", "machine-readable output")
  .action((options: { json?: boolean }) => {
    const folder = path.join(defaultCache(), readSource(projectRoot).key);
    const toolchain = readToolchain(folder);
    if (toolchain === undefined) {
      throw new ToolchainError(`No complete toolchain in ${folder}. Make it: npm run toolchain -- ensure`);
    }
    show(toolchain, options.json === true);
  });

program
  .command("prometheus")
  .description("make Prometheus 3 and its promtool, which only npm run test:prometheus3 needs, and list both")
  .action(async () => void process.stdout.write(`${table(await ensurePrometheus())}\n`));

endQuietlyWhenNobodyReads();
program.parseAsync().catch((error: unknown) => {
  if (!(error instanceof ToolchainError)) throw error;
  process.stderr.write(`toolchain: ${error.message}\n`);
  process.exitCode = 1;
});
