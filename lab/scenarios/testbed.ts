/** The surroundings of scenarios: a lab with the demo application's machine, and its plan with places to hold at. */
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import type { Inspection } from "@ghrunners/deploy/target/queries";
import type { Records } from "@ghrunners/deploy/target/history";
import { verdict } from "@ghrunners/deploy/target/checks";
import type { DeployerRequest } from "@ghrunners/deploy/deployer/carry-out";
import { parseDeploymentId, parseVersion } from "@ghrunners/deploy/protocol/values";
import { compile } from "@ghrunners/deploy/plan/compile";
import { planSchema, type Plan, type PlanInput } from "@ghrunners/deploy/plan/schema";
import type { Request } from "@ghrunners/deploy/protocol/request";
import type { Outcome } from "@ghrunners/deploy/protocol/transaction";
import { buildDemoApp, versions } from "../demo-app/build";
import { HOST_USER, hostKeyOf } from "../hosts";
import { baseFolders, type Instance } from "../instance";
import { ownerOf } from "../owner";
import { topology } from "../topology";
import { projectRoot } from "@ghrunners/core/project-root";
import { Rehearsal } from "../driver/rehearsal";
import { until } from "@ghrunners/core/until";
import { addArtefact } from "./artefacts";
import { AppMachine, LIMIT_MS, scriptOf } from "./app";
import { Deployer, recordOf, type DeployerExit } from "./deployer";
import { HOLD, withHold, type HoldPoint } from "./plan";
import { misfits, parseMetrics, parseTargetState, schemaOf, wrongMetrics, type TargetState } from "./target-state";

export interface ScenarioDeployOptions {
  /** Boundary at which a holding step is put into the plan. */
  readonly holdAfter?: HoldPoint;
  /** Changes the plan further. */
  readonly plan?: (plan: PlanInput) => PlanInput;
  /** Default: deploy. */
  readonly action?: DeployerRequest["action"];
  /** Who deploys. */
  readonly user?: string;
}

/** A shorter lease than the demo application's own, so that a scenario need not wait for long. */
const LEASE_SECONDS = 6;

export class Testbed {
  readonly app: AppMachine;
  private folder = "";
  private version = "1";
  private schema = 1;
  private metricsBefore: ReadonlyMap<string, number> = new Map();
  private readonly deployers: Deployer[] = [];
  private rehearsal: Rehearsal | undefined;
  private keyIsIn = false;

  /** @param evidence folder of the run; each scenario gets one below it */
  private constructor(
    readonly instance: Instance,
    readonly evidence: string,
    say: (line: string) => void,
  ) {
    this.app = new AppMachine(instance, say);
  }

  /** Brings up what scenarios of the target need, or finds it. */
  static async open(instance: Instance, say: (line: string) => void): Promise<Testbed> {
    const name = new Date().toISOString().replace(/[-:]|\.\d{3}/g, "");
    const evidence = path.join(baseFolders().state, "scenario-evidence", `${name}-${instance.name}`);
    const testbed = new Testbed(instance, evidence, say);
    if (existsSync(instance.state)) await testbed.app.repair();
    await testbed.app.boot();
    return testbed;
  }

  /** Folder of the scenario at hand. */
  get place(): string {
    return this.folder;
  }

  /**
   * The beginning of each scenario: the version is installed and healthy, nothing of another release is there, and
   * no deployment runs.
   */
  async given(id: string, version = "1"): Promise<void> {
    this.folder = path.join(this.evidence, id);
    mkdirSync(this.folder, { recursive: true });
    this.version = version;
    await this.app.repair();
    const found = await this.app.shell(
      `install -D -m 0755 <(printf %s "$1") ${HOLD}; readlink /opt/demo-app/current || true`,
      scriptOf("hold.sh"),
    );
    if (found !== `releases/${version}`) {
      const { outcome, failure } = recordOf(await this.deploy(version));
      if (outcome !== "succeeded") throw new Error(`Version ${version} was not installed: ${failure?.detail}`);
    }
    await this.app.rests();
    await this.app.shell(scriptOf("given.sh"), String(schemaOf(version)));
    this.schema = schemaOf(version);
    this.metricsBefore = await this.metrics();
    const before = { ...(await this.look()) };
    const wrong = misfits(before, { version, schema: [this.schema], releases: [version] });
    if (wrong.length > 0) throw new Error(`The scenario cannot begin:\n  ${wrong.join("\n  ")}`);
  }

  /** Starts a deployment as a process of its own. */
  start(version: string, options: ScenarioDeployOptions = {}): Deployer {
    const { holdAfter, plan = (same) => same, action = "deploy", user = "operator" } = options;
    const order = this.order(version, holdAfter);
    const deployer = new Deployer(
      this.instance,
      { ...order, plan: planSchema.parse(plan(order.plan)), version, action, address: this.address },
      user,
    );
    this.deployers.push(deployer);
    return deployer;
  }

  /** Where the target is, with its pinned key. */
  get address(): HostAddress {
    return { host: topology.hosts.app.address, user: HOST_USER, hostKey: hostKeyOf(this.instance, "app") };
  }

  /** Deploys to the end. */
  deploy(version: string, options: ScenarioDeployOptions = {}): Promise<DeployerExit> {
    return this.start(version, options).ended();
  }

  private demoPlan(): PlanInput {
    const plan = parse(readFileSync(path.join(projectRoot, "lab/demo-app/deployment.yaml"), "utf8")) as PlanInput;
    return { ...plan, limits: { ...plan.limits, leaseSeconds: LEASE_SECONDS } };
  }

  /** Folder of the demo application's artefacts, and of this one where it has none. */
  private artefactsWith(version: string): string {
    const built = buildDemoApp();
    if (version in versions) return built;
    const folder = path.join(this.instance.state, "scenarios");
    cpSync(built, folder, { recursive: true });
    addArtefact(folder, version);
    return folder;
  }

  /** The order of a deployment, for a deployer that is started elsewhere. */
  order(version: string, holdAfter?: HoldPoint): { plan: Plan; folder: string; privateKey: string } {
    return {
      plan: planSchema.parse(withHold(this.demoPlan(), holdAfter)),
      folder: this.artefactsWith(version),
      privateKey: readFileSync(path.join(this.instance.secrets, "ssh-key"), "utf8"),
    };
  }

  /**
   * Runners and monitoring, which the program brings up when a scenario first asks for them, and a target that GitHub's
   * key opens.
   */
  async everything(): Promise<Rehearsal> {
    this.rehearsal ??= await Rehearsal.ready(ownerOf(this.instance));
    if (!this.keyIsIn) await this.rehearsal.labCommand("demo-app");
    this.keyIsIn = true;
    return this.rehearsal;
  }

  /** The target was made anew: it does not know GitHub's key. */
  keyIsLost(): void {
    this.keyIsIn = false;
  }

  /** What the target would be asked for a version by a deployer, to look at it with the agent. */
  request(version: string): Request {
    const artefact = readFileSync(path.join(buildDemoApp(), `demo-app-${version}.tar.gz`));
    return compile(planSchema.parse(this.demoPlan()), "app", {
      id: parseDeploymentId("look"),
      version: parseVersion(version),
      owner: "scenario",
      artefact: { sha256: createHash("sha256").update(artefact).digest("hex"), bytes: artefact.length },
    });
  }

  async look(): Promise<TargetState> {
    return parseTargetState(await this.app.shell(scriptOf("look.sh")));
  }

  async metrics(): Promise<ReadonlyMap<string, number>> {
    return parseMetrics(await this.app.shell("cat /var/lib/prometheus/node-exporter/ghrunners_deploy.prom"));
  }

  /** How much a counter grew since the scenario began. */
  async grown(series: string): Promise<number> {
    return ((await this.metrics()).get(series) ?? 0) - (this.metricsBefore.get(series) ?? 0);
  }

  /** Everything that was recorded on the target since the scenario began, oldest first. */
  async records(): Promise<Records[]> {
    const text = await this.app.shell(scriptOf("records.sh"));
    const files = new Map<string, unknown>();
    for (const line of text.split("\n").filter((each) => each !== "")) {
      const [name = "", content = ""] = line.split("\t");
      const json = Buffer.from(content, "base64").toString("utf8");
      writeFileSync(path.join(this.folder, name), json);
      files.set(name, JSON.parse(json));
    }
    return [...files.keys()]
      .filter((name) => /^[^.]+\.json$/.test(name))
      .map((name) => {
        const other = (kind: string): unknown => files.get(name.replace(/json$/, `${kind}.json`));
        return { deployment: files.get(name), rollback: other("rollback"), incident: other("incident") } as Records;
      });
  }

  /**
   * The claim of every scenario: the target rests and is wholly of this version, healthy, with nothing left, and
   * records, counters and gauges say the same.
   * @returns the records that were written, oldest first
   */
  async assertOldOrNew(version: string): Promise<Records[]> {
    await this.app.rests();
    const records = await this.records();
    const schema = this.schemasAfter(records);
    const committed = records.filter(({ deployment }) => deployment.outcome === "succeeded");
    const releases = [...new Set([this.version, version, ...committed.map(({ deployment }) => deployment.version)])];
    await until(`the application is wholly version ${version}`, 20_000, async () => {
      const seen = await this.look();
      writeFileSync(path.join(this.folder, "seen.json"), JSON.stringify(seen, undefined, 2));
      const metrics = await this.metrics();
      writeFileSync(path.join(this.folder, "metrics.json"), JSON.stringify(Object.fromEntries(metrics), undefined, 2));
      const wrong = [...misfits(seen, { version, schema, releases }), ...wrongMetrics(metrics, version)];
      if (wrong.length > 0) throw new Error(`\n  ${wrong.join("\n  ")}`);
      return true;
    });
    await this.assertHealthy(version);
    const outcomes: readonly Outcome[] = ["succeeded", "rolled_back", "rollback_failed", "refused", "cancelled"];
    for (const outcome of outcomes) {
      const recorded = records.filter(({ deployment }) => deployment.outcome === outcome).length;
      const counted = await this.grown(`deployment_outcomes_total{outcome="${outcome}"}`);
      if (counted !== recorded)
        throw new Error(`deployment_outcomes_total of ${outcome} grew by ${counted}, and ${recorded} are recorded.`);
    }
    return records;
  }

  private async assertHealthy(version: string): Promise<void> {
    const { checks } = await this.app.agent<Inspection>("inspect", this.request(version));
    writeFileSync(path.join(this.folder, "health.json"), JSON.stringify(checks, undefined, 2));
    const unhealthy = verdict(checks);
    if (unhealthy !== undefined) throw new Error(`Version ${version} is not healthy: ${unhealthy}`);
  }

  /**
   * The same check where either version may be the result.
   * @returns the version that everything belongs to
   */
  async assertOneOf(allowed: readonly string[]): Promise<string> {
    await this.app.rests();
    const { link, schema = "", releases = "" } = await this.look();
    const version = allowed.find((each) => link === `releases/${each}`);
    if (version === undefined) throw new Error(`Seen the link ${link}, expected version ${allowed.join(" or ")}.`);
    const wanted = { version, schema: [1, 2], releases: releases.split(" ") };
    await until(`the application is wholly version ${version}`, 20_000, async () => {
      const wrong = [...misfits(await this.look(), wanted), ...wrongMetrics(await this.metrics(), version)];
      if (Number(schema) < schemaOf(version)) wrong.push(`schema ${schema} is too old for version ${version}`);
      if (wrong.length > 0) throw new Error(`\n  ${wrong.join("\n  ")}`);
      return true;
    });
    await this.assertHealthy(version);
    return version;
  }

  /** Only migrations that ran stay, and they do: the plan declares them forward-only. */
  private schemasAfter(records: readonly Records[]): number[] {
    let least = this.schema;
    let most = this.schema;
    for (const { deployment } of records) {
      const step = deployment.actions.find(({ name }) => name === 'step "migrate"');
      if (step?.ok === true) least = Math.max(least, schemaOf(deployment.version));
      // Cut off: done or not, never half, since each migration is a transaction of the database.
      else if (step !== undefined || deployment.failure?.code === "interrupted")
        most = Math.max(most, schemaOf(deployment.version));
    }
    return [...new Set([least, Math.max(least, most)])];
  }

  /** Ends what a failed scenario may have left running. */
  async clearUp(): Promise<void> {
    await Promise.all(this.deployers.splice(0).map((deployer) => deployer.kill()));
    rmSync(path.join(this.instance.state, "scenarios"), { recursive: true, force: true });
  }
}

export { LIMIT_MS };
