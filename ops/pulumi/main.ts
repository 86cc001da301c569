import { errorText, note } from "../terminal";
import { runPulumi } from "./engine";
import { openStack, stackName } from "./stack";

const help = `usage: npm run pulumi -- <pulumi arguments>
       npm run preview | up | refresh | destroy [-- <pulumi arguments>]

Runs the real Pulumi CLI on the stack "lab", or on the stack that STACK names.
For "lab" it starts the laboratory first and asks no questions.
`;

async function main(args: readonly string[]): Promise<number> {
  if (args.length === 0 || args[0] === "--help") {
    process.stdout.write(help);
    return args.length === 0 ? 2 : 0;
  }
  const { engine } = await openStack(stackName(), note);
  return runPulumi(engine, args);
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${errorText(error)}\n`);
    process.exitCode = 1;
  },
);
