/** Goes through the rows of the matrix in a lab without machines: each is a run of the real engine. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { projectRoot } from "@ghrunners/core/project-root";
import { PUBLIC_WORDS } from "@ghrunners/core/vocabulary/safety";
import { type ImageServer, qcow2, serveImages, sha512 } from "../driver/cloud-images";
import { begunSteps } from "../driver/engine-events";
import { hostsOnLoopback } from "../driver/hosts-on-loopback";
import { Rehearsal } from "../driver/rehearsal";
import type { EngineRun, StackSettings } from "../driver/engine-run";
import type { GithubSeed } from "../github/seed";
import type { LabOptions } from "../lifecycle";
import { ofPerson, repositoryOf as ownedBy } from "../owner";
import { stopService } from "../service";
import { featuresInUse } from "./at-github";
import { configurationTitle, type RepositoryRow, repositoryRows, repositoryTitle } from "./repositories";
import { ofKind, repositoryKinds } from "./repository-kinds";
import { differencesOf, type ObservedOutcome, seenIn } from "./row";
import { type TemplateRow, templateRows, withImageStorage, withTemplates } from "./templates";

/** A row with what was seen, and how that differs from what is expected. */
export type PerformedRow<Row, More> = Row & {
  readonly seen: ObservedOutcome & More;
  readonly differences: readonly string[];
};
export type PerformedTemplate = PerformedRow<TemplateRow, Pick<TemplateRow, "makes">>;
export type PerformedRepository = PerformedRow<RepositoryRow, Pick<RepositoryRow, "has">>;

export interface Matrix {
  readonly repositories: readonly PerformedRepository[];
  readonly templates: readonly PerformedTemplate[];
}

/** How the rows are performed. */
export interface MatrixOptions {
  /** Gets a line for each row. */
  readonly say: (line: string) => void;
  /** Ends the work before and after each run of the engine; who aborts it also ends the run. */
  readonly signal: AbortSignal;
}

const IMAGE = "debian-12.qcow2";
const image = qcow2(2 * 2 ** 30, "matrix");
const proxmox: LabOptions["proxmox"] = (usual) => withImageStorage(withTemplates(usual));

function madeBy(run: EngineRun): TemplateRow["makes"] {
  const count = (type: RegExp): number =>
    run.steps.filter(({ op, type: each }) => op === "create" && type.test(each)).length;
  return { templates: count(/:ImageTemplate$/), machines: count(/:VmLegacy$/) };
}

/** A run of the engine, to its end. @throws the signal's reason, also where that ended the run */
type RunEngine = (lab: Rehearsal, args: readonly string[], settings: StackSettings) => Promise<EngineRun>;

const engineUntil =
  (signal: AbortSignal): RunEngine =>
  async (lab, args, settings) => {
    signal.throwIfAborted();
    const run = await lab.pulumi(args, settings);
    signal.throwIfAborted();
    return run;
  };

/** A template has nothing to do with GitHub, which the preview then need not ask. */
const withoutGitHub: StackSettings = { deployment: undefined, repository: undefined, secrets: undefined };

const templateOf = ({ vmId }: TemplateRow, server: ImageServer): StackSettings =>
  vmId !== undefined
    ? { "proxmox.templateId": String(vmId) }
    : {
        "proxmox.templateId": undefined,
        "proxmox.image.url": server.url(IMAGE),
        "proxmox.image.checksum": sha512(image),
        // Behind the templates that this Proxmox VE has.
        "proxmox.image.firstVmId": "10000",
      };

async function performTemplate(
  lab: Rehearsal,
  engine: RunEngine,
  server: ImageServer,
  row: TemplateRow,
): Promise<PerformedTemplate> {
  const settings = { ...withoutGitHub, ...templateOf(row, server) };
  const run = await engine(lab, ["preview"], settings);
  const seen = { ...seenIn(run), makes: madeBy(run) };
  const makes = isDeepStrictEqual(seen.makes, row.makes)
    ? []
    : [`would make ${JSON.stringify(seen.makes)}, expected ${JSON.stringify(row.makes)}`];
  return { ...row, seen, differences: [...differencesOf(row, seen), ...makes] };
}

/** What a stack file asks of GitHub. */
const groupsOf = (file: string): StackSettings => {
  const { config } = parse(readFileSync(path.join(projectRoot, file), "utf8")) as { config: Record<string, unknown> };
  const group = (name: string): string => JSON.stringify(config[`ghrunners:${name}`]);
  return { deployment: group("deployment"), repository: group("repository") };
};

const repositoryOf = ({ kind }: RepositoryRow): string =>
  ownedBy(repositoryKinds[kind].type === "User" ? "person" : "organization").fullName;

const settingsOf = (row: RepositoryRow): StackSettings => ({
  "github.repository": repositoryOf(row),
  ...(row.configuration === "shipped" ? groupsOf("Pulumi.production.yaml") : {}),
  ...(row.publicIsAllowed === true ? { "safety.allowPublicRepository": PUBLIC_WORDS } : {}),
  ...(row.managesHosts === true ? hostsOnLoopback : {}),
});

/** GitHub with the row's repository. Where the plan is hidden, the token is that of another person who may write. */
function seedOf({ kind, planIsHidden = false }: RepositoryRow, usual: GithubSeed): GithubSeed {
  const { type } = repositoryKinds[kind];
  const owned = type === "Organization" ? usual : ofPerson(usual);
  const { tokens, users } = planIsHidden ? usual : owned;
  return ofKind({ ...owned, tokens, users }, repositoryKinds[kind]);
}

async function performRepository(lab: Rehearsal, engine: RunEngine, row: RepositoryRow): Promise<PerformedRepository> {
  const settings = settingsOf(row);
  const run = await engine(lab, ["up"], settings);
  const seen = { ...seenIn(run), has: await featuresInUse(lab.lab, repositoryOf(row)) };
  const left = begunSteps(run).length > 0 ? await engine(lab, ["destroy"], settings) : undefined;
  const has = isDeepStrictEqual(seen.has, row.has)
    ? []
    : [`GitHub has ${seen.has.join(", ") || "nothing"}, expected ${row.has.join(", ") || "nothing"}`];
  const kept = left === undefined || left.code === 0 ? [] : ["pulumi destroy failed afterwards"];
  return { ...row, seen, differences: [...differencesOf(row, seen), ...has, ...kept] };
}

/** Another GitHub in place of the one that runs. */
async function exchangeGitHub(lab: Rehearsal, github: LabOptions["github"]): Promise<Rehearsal> {
  await stopService(lab.lab.instance, "github");
  return Rehearsal.open("api-only", { proxmox, github });
}

/** Performs the rows one after the other, and says which one is at hand and how long it took. */
async function eachRow<Row, Performed extends { readonly differences: readonly string[] }>(
  rows: readonly Row[],
  titleOf: (row: Row) => string,
  say: MatrixOptions["say"],
  perform: (row: Row) => Promise<Performed>,
): Promise<Performed[]> {
  const done: Performed[] = [];
  for (const row of rows) {
    const began = Date.now();
    const performed = await perform(row);
    const verdict = performed.differences.length === 0 ? "as expected" : `DIFFERS: ${performed.differences.join("; ")}`;
    say(`${titleOf(row)}: ${verdict} (${((Date.now() - began) / 1000).toFixed(0)} s)`);
    done.push(performed);
  }
  return done;
}

/**
 * Makes the lab named by GHRUNNERS_LAB and goes through every row in it. The caller takes it down.
 * @throws Error when the lab cannot be made, or the signal's reason
 */
export async function runMatrix({ say, signal }: MatrixOptions): Promise<Matrix> {
  const engine = engineUntil(signal);
  let lab = await Rehearsal.open("api-only", { proxmox });
  const { tls } = lab.lab.instance;
  const read = (name: string): string => readFileSync(path.join(tls, name), "utf8");
  const server = await serveImages({ [IMAGE]: image }, { cert: read("server.pem"), key: read("server-key.pem") });
  let templates: PerformedTemplate[];
  try {
    templates = await eachRow(
      templateRows,
      ({ template }) => `template: ${template}`,
      say,
      (row) => performTemplate(lab, engine, server, row),
    );
  } finally {
    await server.close();
  }
  let before = "";
  const repositories = await eachRow(
    repositoryRows,
    (row) => `repository: ${repositoryTitle(row)}, ${configurationTitle(row)}`,
    say,
    async (row) => {
      // Rows of one repository follow each other.
      const here = [row.kind, row.planIsHidden].join();
      if (here !== before) lab = await exchangeGitHub(lab, (usual) => seedOf(row, usual));
      before = here;
      return performRepository(lab, engine, row);
    },
  );
  return { repositories, templates };
}
