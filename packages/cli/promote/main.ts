import { parseArgs } from "node:util";
import { runCommand } from "../command";
import { openStack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { note } from "@ghrunners/core/terminal";
import { stagingObjections } from "./gate";
import { promote } from "./production";
import { proveStaging } from "./staging";

const help = `usage: npm run promote -- staging [--real] [--json]
       npm run promote -- production [--approved-by LOGIN] [--no-staging] [--real] [--json]

staging: pulumi up, health, one job on staging's runner; what they prove is recorded for this commit.
production: commit, staging proof, preview with a saved plan, approval, up by that plan, health. Every attempt leaves a
record (packages/cli/promote/record.schema.json).
In the laboratory (the default) production runs staging first when its proof is missing or stale; --no-staging refuses
instead, as --real always does. --real works on your own stacks "staging" and "production".
Exit code: 0 done, 1 refused or failed, 2 wrong use.
`;

const options = {
  "approved-by": { type: "string" },
  "no-staging": { type: "boolean" },
  real: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [subject, ...more] = positionals;
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  if ((subject !== "staging" && subject !== "production") || more.length > 0) {
    process.stderr.write(help);
    return 2;
  }
  const open = (name: string) => openStack(values.real ? name : `lab/${name}`, note);
  const print = (result: object): void => {
    if (values.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  };
  if (subject === "staging") {
    print(await proveStaging(await open("staging"), note));
    return 0;
  }
  const stack = await open("production");
  if (!values.real && !values["no-staging"]) {
    const found = await stagingObjections(stack, await settingsOf(stack.engine));
    if (found.length > 0) await proveStaging(await open("staging"), note);
  }
  const record = await promote(stack, { approvedBy: values["approved-by"], say: note });
  print(record);
  note(`Production: ${record.result}`);
  return record.result === "promoted" ? 0 : 1;
}

runCommand(main);
