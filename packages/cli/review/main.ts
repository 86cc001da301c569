import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { runCommand, WrongUse } from "../command";
import type { TargetHistory } from "@ghrunners/deploy/target/queries";
import type { Records } from "@ghrunners/deploy/target/history";
import type { GateDecision } from "@ghrunners/failover/choice/choose";
import { addressOf, bootLabTarget } from "../deploy/target";
import { runInside } from "../inside";
import { openStack, stackName, type Stack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { note } from "@ghrunners/core/terminal";
import { computeCriteria, type Criteria } from "./criteria";
import { reviewKinds, type ReviewDocument, type ReviewKind } from "./document";
import { listOf, renderCriteria, renderList } from "./list";
import { renderMarkdown } from "./markdown";
import type { ReadInput } from "./read.worker";
import { fill } from "./template";
import { templates } from "./templates";

const help = `usage: npm run ops -- review ID|latest [--kind review|postmortem|checklist] [--gate FILE] [--output FILE] [--json]
       npm run ops -- review --list [--json]
       npm run ops -- review --criteria [--days 7] [--json]

Documents about deployments, filled from the records on their target: nothing is changed, and nothing is stated that was
not recorded. What no record has is marked, with who can fill it in.
  --kind      review: post-deployment review (default); postmortem: of a rollback; checklist: of the deployment window
  --gate      file with the gate's decision (packages/deploy/records/gate-decision.schema.json), where none came with the request
  --output    writes the document there
  --list      all known deployments, newest first
  --criteria  the success criteria SC-001 to SC-004 of the last days
  --target    one of ghrunners:targets; default: all of them
Schemas of the JSON forms: ops/review/*.schema.json
Exit code: 0 done (with --criteria: all that can be said are met), 1 failed or a criterion is not met, 2 wrong use.
`;

const options = {
  kind: { type: "string", default: "review" },
  gate: { type: "string" },
  output: { type: "string" },
  list: { type: "boolean" },
  criteria: { type: "boolean" },
  days: { type: "string", default: "7" },
  target: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

const MAXIMUM_DAYS = 365;

interface Target extends TargetHistory {
  readonly name: string;
}

/** @throws Error that says why a target could not be read */
async function readTargets(stack: Stack, only: string | undefined): Promise<Target[]> {
  const settings = await settingsOf(stack.engine);
  const names = only === undefined ? settings.targets.map(({ name }) => name) : [only];
  if (names.length === 0)
    throw new Error(`The stack ${stack.name} has no deployment target. Expected one in ghrunners:targets.`);
  await bootLabTarget(stack, note);
  return Promise.all(
    names.map(async (name) => {
      const address = addressOf(settings, name);
      const input: ReadInput = { target: name, address, privateKey: settings.sshPrivateKey };
      return {
        name,
        ...(await runInside<ReadInput, TargetHistory>(stack.engine, "packages/cli/review/read.worker.ts", input)),
      };
    }),
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
  throw new Error(
    `No deployment "${id}" is recorded on ${where}, among ${all.length}. Next: npm run ops -- review --list`,
  );
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
        `Next: npm run ops -- review ${deployment.id}`,
    );
  const recorded = (records.gate ?? null) as GateDecision | null;
  const decision = gate === undefined ? recorded : readGate(gate, deployment.environment);
  const evidence = { deployment, rollback, incident, gate: decision, criteria: criteriaOf(target, 7) };
  return fill(kind, templates[kind], evidence);
}

function put(text: string, file: string | undefined): void {
  if (file === undefined) return void process.stdout.write(text);
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
  note(`written to ${file}`);
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const kind = reviewKinds.find((each) => each === values.kind);
  const days = Number(values.days);
  const wishes = positionals.length + Number(values.list ?? false) + Number(values.criteria ?? false);
  if (wishes !== 1 || kind === undefined || !(days > 0 && days <= MAXIMUM_DAYS)) throw new WrongUse(help);
  const targets = await readTargets(await openStack(stackName(), note), values.target);
  if (values.list) {
    const list = listOf(
      targets.map(({ name, records, open }) => {
        return { target: name, deployments: records.map(({ deployment }) => deployment), open };
      }),
    );
    put(values.json ? json(list) : renderList(list), values.output);
    return 0;
  }
  if (values.criteria) {
    const all = targets.map((target) => criteriaOf(target, days));
    put(
      values.json ? json({ schema: "ghrunners.criteria-list/1", targets: all }) : all.map(renderCriteria).join("\n"),
      values.output,
    );
    return all.every(({ criteria }) => criteria.every(({ met }) => met !== false)) ? 0 : 1;
  }
  const document = documentOf(targets, positionals[0] ?? "", kind, values.gate);
  put(values.json ? json(document) : renderMarkdown(document), values.output);
  return 0;
}

runCommand(main);
