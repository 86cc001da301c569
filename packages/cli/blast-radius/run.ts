import { readFileSync } from "node:fs";
import { printJson } from "../command";
import { parsePreview } from "./preview";
import { blastRadius } from "./radius";
import { renderRadius } from "./render";

export function showRadius(file: string, { title, json }: { title: string; json?: boolean }): number {
  const preview = parsePreview(readFileSync(file === "-" ? 0 : file, "utf8"));
  const radius = blastRadius(preview);
  if (json) printJson<"blast-radius">({ version: 1, ...radius });
  else process.stdout.write(renderRadius(title, preview, radius));
  return 0;
}
