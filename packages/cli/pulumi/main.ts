import { errorText, note } from "@ghrunners/core/terminal";
import { runPulumi } from "./engine";
import { openStack, stackName, type Stack } from "./stack";

const help = `usage: npm run pulumi -- <pulumi arguments>
       npm run preview | up | refresh | destroy [-- <pulumi arguments>]

Runs the real Pulumi CLI on the stack "lab", or on the stack that STACK names.
For "lab" and "lab/..." it starts the laboratory first and asks no questions. "up" on production needs a fresh proof
from staging: npm run promote -- --help
An "up" that fails goes back to the last known good settings of the runners where ghrunners:safety.rollbackOnFailure says so;
by hand: npm run ops -- rollback-runners
`;

async function main(args: readonly string[]): Promise<number> {
  if (args.length === 0 || args[0] === "--help") {
    process.stdout.write(help);
    return args.length === 0 ? 2 : 0;
  }
  const stack = await openStack(stackName(), note);
  return args[0] === "up" || args[0] === "update" ? update(stack, args) : runPulumi(stack.engine, args);
}

async function update(stack: Stack, args: readonly string[]): Promise<number> {
  const { requireProof } = require("../promote/gate") as typeof import("../promote/gate");
  await requireProof(stack);
  let interrupted = false;
  process.once("SIGINT", () => (interrupted = true));
  const code = await runPulumi(stack.engine, args);
  // Whoever ends an update by hand decides by hand what follows.
  if (code !== 0 && !interrupted) {
    const { goBackIfConfigured } =
      require("../rollback-runners/automatic") as typeof import("../rollback-runners/automatic");
    await goBackIfConfigured(stack, note);
  }
  return code;
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${errorText(error)}\n`);
    process.exitCode = 1;
  },
);
