import { readFileSync } from "node:fs";
import { pasteable, WrongUse } from "../command";
import type { TargetHistory } from "@ghrunners/deploy/target/queries";
import type { Records } from "@ghrunners/deploy/target/history";
import type { GateDecision } from "@ghrunners/failover/choice/choose";
import type { Described } from "@ghrunners/core/schema";
import { currentStack, type Stack } from "../pulumi/stack";
import type { schemas } from "../schemas";
import { settingsOf } from "../settings";
import { note } from "@ghrunners/core/terminal";
import { writeWhole } from "@ghrunners/core/whole-file";
import { computeCriteria, type Criteria } from "./criteria";
import type { ReviewDocument } from "./document";
import type { ReviewKind } from "./kinds";
import { listOf, renderCriteria, renderList } from "./list";
import { renderMarkdown } from "./markdown";
import { readHistory } from "./read-history";
import { fill } from "./template";
import { templates } from "./templates";

interface Target extends TargetHistory {
  readonly name: string;
}

/** @throws Error that says why a target could not be read */
async function readTargets(stack: Stack, only: string | undefined): Promise<Target[]> {
  const settings = await settingsOf(stack);
  const names = only === undefined ? settings.targets.map(({ name }) => name) : [only];
  if (names.length === 0)
    throw new Error(`The stack ${stack.name} has no deployment target. Expected one in ghrunners:targets.`);
  return Promise.all(
    names.map(async (name) => ({
      name,
      ...(await readHistory(settings, name, (line) => note(pasteable(line)))),
    })),
  );
}

const criteriaOf = ({ name, records, secrets }: Target, days: number): Criteria =>
  computeCriteria(
    name,
    records.map(({ deployment }) => deployment),
    secrets,
    new Date(),
    days,
  );

function find(targets: readonly Target[], id: string): { target: Target; records: Records } {
  const all = targets
    .flatMap((target) => target.records.map((records) => ({ target, records })))
    .sort((one, other) => one.records.deployment.id.localeCompare(other.records.deployment.id));
  const found = id === "latest" ? all.at(-1) : all.find(({ records }) => records.deployment.id === id);
  if (found !== undefined) return found;
  const where = targets.map(({ name }) => name).join(", ");
  throw new Error(`No deployment "${id}" is recorded on ${where}, among ${all.length}. Next: ghrunners review --list`);
}

function readGate(file: string, environment: string): GateDecision {
  const decision = JSON.parse(readFileSync(file, "utf8")) as Partial<GateDecision>;
  if (decision.schema !== "ghrunners.gate-decision/1" || decision.environment !== environment)
    throw new Error(
      `${file} has the schema ${decision.schema} and the environment ${decision.environment}. ` +
        `Expected ghrunners.gate-decision/1 for ${environment}.`,
    );
  return decision as GateDecision;
}

function documentOf(
  targets: readonly Target[],
  id: string,
  kind: ReviewKind,
  gate: string | undefined,
): ReviewDocument {
  const { target, records } = find(targets, id);
  const { deployment, rollback = null, incident = null } = records;
  if (kind === "postmortem" && rollback === null)
    throw new Error(
      `Deployment ${deployment.id} ended as ${deployment.outcome}, and nothing had to be undone. Expected a rollback. ` +
        `Next: ghrunners review ${deployment.id}`,
    );
  const recorded = (records.gate ?? null) as GateDecision | null;
  const decision = gate === undefined ? recorded : readGate(gate, deployment.environment);
  const evidence = { deployment, rollback, incident, gate: decision, criteria: criteriaOf(target, 7) };
  return fill(kind, templates[kind], evidence);
}

function put(text: string, file: string | undefined): void {
  if (file === undefined) return void process.stdout.write(text);
  writeWhole(file, text, { mode: 0o644 });
  note(`written to ${file}`);
}

/** A result as JSON, in the form of its schema. */
const json = <Name extends "review" | "deployments" | "criteria">(value: Described<(typeof schemas)[Name]>): string =>
  `${JSON.stringify(value, null, 2)}\n`;

export interface ReviewOptions {
  readonly stack?: string;
  readonly kind: ReviewKind;
  readonly gate?: string;
  readonly output?: string;
  readonly list?: boolean;
  readonly criteria?: boolean;
  readonly days: number;
  readonly target?: string;
  readonly json?: boolean;
}

export async function review(id: string | undefined, options: ReviewOptions): Promise<number> {
  const { list, criteria } = options;
  if (Number(id !== undefined) + Number(list ?? false) + Number(criteria ?? false) !== 1)
    throw new WrongUse("Expected one of: the id of a deployment or latest, --list, --criteria.");
  return reviewOf(await readTargets(await currentStack(options.stack), options.target), id, options);
}

/** What is asked for, of targets that were read. @returns the exit code */
export function reviewOf(targets: readonly Target[], id: string | undefined, options: ReviewOptions): number {
  const { kind, days, list, criteria, output } = options;
  if (list) {
    const all = listOf(
      targets.map(({ name, records, open }) => {
        return { target: name, deployments: records.map(({ deployment }) => deployment), open };
      }),
    );
    put(options.json ? json<"deployments">(all) : renderList(all), output);
    return 0;
  }
  if (criteria) {
    const all = targets.map((target) => criteriaOf(target, days));
    put(
      options.json
        ? json<"criteria">({ schema: "ghrunners.criteria-list/1", targets: all })
        : all.map(renderCriteria).join("\n"),
      output,
    );
    return all.every(({ criteria: met }) => met.every((criterion) => criterion.met !== false)) ? 0 : 1;
  }
  if (id === "latest" && targets.every(({ records }) => records.length === 0)) {
    note("no deployment yet, so there is nothing to review");
    if (options.json) put("null\n", output);
    return 0;
  }
  const document = documentOf(targets, id ?? "", kind, options.gate);
  put(options.json ? json<"review">(document) : renderMarkdown(document), output);
  return 0;
}
