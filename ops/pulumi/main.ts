import { errorText, note } from "../terminal";
import { runPulumi } from "./engine";
import { openStack, stackName } from "./stack";

const help = `usage: npm run pulumi -- <pulumi arguments>
       npm run preview | up | refresh | destroy [-- <pulumi arguments>]

Runs the real Pulumi CLI on the stack "lab", or on the stack that STACK names.
For "lab" and "lab/..." it starts the laboratory first and asks no questions. "up" on production needs a fresh proof
from staging: npm run promote -- --help
`;

async function main(args: readonly string[]): Promise<number> {
  if (args.length === 0 || args[0] === "--help") {
    process.stdout.write(help);
    return args.length === 0 ? 2 : 0;
  }
  const stack = await openStack(stackName(), note);
  if (args[0] === "up" || args[0] === "update") {
    const { requireProof } = require("../promote/gate") as typeof import("../promote/gate");
    await requireProof(stack);
  }
  return runPulumi(stack.engine, args);
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${errorText(error)}\n`);
    process.exitCode = 1;
  },
);
