/** `ghrunners runbook`: the section of an alert, for this stack. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { errorText, note } from "@ghrunners/core/terminal";
import { type AlertName, runbooks } from "@ghrunners/monitoring/runbooks";
import { print, printJson, WrongUse } from "../command";
import { currentStack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { alertNamed, meaningOf, renderSection, sectionOf, variablesOf } from "./page";
import { machineNamed, meanings, valuesOf } from "./values";

interface RunbookOptions {
  readonly stack?: string;
  readonly runner?: string;
  readonly json?: boolean;
}

const fileOf = (alert: AlertName): string => `docs/runbooks/${runbooks[alert]}`;
const readSection = (alert: AlertName): string =>
  sectionOf(readFileSync(path.join(projectRoot, fileOf(alert)), "utf8"), alert);

/** Every alert, with what it means. */
const list = (): string =>
  (Object.keys(runbooks) as AlertName[])
    .map((alert) => `${alert.padEnd(32)} ${meaningOf(readSection(alert))}`)
    .join("\n");

/** The stack's values; none, with the reason, where it cannot be read: a section without them is better than none. */
async function readValues({
  stack: named,
  runner = "primary",
}: RunbookOptions): Promise<Record<string, string> | string> {
  try {
    const stack = await currentStack(named);
    const settings = await settingsOf(stack);
    const machine = machineNamed(settings, runner);
    if (machine === undefined)
      throw new WrongUse(`The stack ${stack.name} has no runner ${runner}. Next: ghrunners status shows its runners`);
    return valuesOf(stack.name, settings, machine);
  } catch (error) {
    if (error instanceof WrongUse) throw error;
    return errorText(error).trimEnd();
  }
}

export async function runbook(words: string | undefined, options: RunbookOptions): Promise<number> {
  if (words === undefined) {
    const text = list();
    if (options.json) printJson<"runbook">({ version: 1, alert: null, file: null, text, values: {}, unknown: [] });
    else print(`${text}\n\nNext: ghrunners runbook ALERT\n`);
    return 0;
  }
  const alert = alertNamed(words);
  if (alert === undefined)
    throw new WrongUse(`There is no alert ${words}. Expected the name of one. Next: ghrunners runbook lists them`);
  const section = readSection(alert);
  const read = await readValues(options);
  const values = typeof read === "string" ? {} : read;
  const used = variablesOf(section);
  const unknown = used.filter((name) => values[name] === undefined);
  const text = renderSection(alert, section, values);
  if (typeof read === "string")
    note(`The stack's settings cannot be read, so the variables are yours to set:\n${read}`);
  if (options.json) {
    const filled = Object.fromEntries(Object.entries(values).filter(([name]) => used.includes(name)));
    printJson<"runbook">({ version: 1, alert, file: fileOf(alert), text, values: filled, unknown });
  } else {
    const toSet = unknown.map((name) => `${name}='...'   # ${meanings[name] ?? "see docs/runbooks/README.md"}`);
    print(`${toSet.length === 0 ? "" : `Set before:\n    ${toSet.join("\n    ")}\n\n`}${text}`);
  }
  return typeof read === "string" ? 1 : 0;
}
