import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { runCommand } from "../command";
import { stackName } from "../pulumi/stack";
import { parsePreview } from "./preview";
import { blastRadius } from "./radius";
import { renderRadius } from "./render";

const help = `usage: npm run ops -- blast-radius FILE [--title TEXT]

Prints as Markdown what a preview would touch: runners, labels, environments, secrets (their names only), and every
change. FILE is the output of "npm run --silent preview -- --json --show-sames"; - reads standard input.
`;

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { title: { type: "string" }, help: { type: "boolean" } },
  });
  const [file] = positionals;
  if (values.help) return (process.stdout.write(help), 0);
  if (file === undefined || positionals.length > 1) return (process.stderr.write(help), 2);
  const preview = parsePreview(readFileSync(file === "-" ? 0 : file, "utf8"));
  process.stdout.write(renderRadius(values.title ?? `Preview of ${stackName()}`, preview, blastRadius(preview)));
  return 0;
}

runCommand(() => Promise.resolve().then(main));
