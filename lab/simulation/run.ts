/** One run: a seed goes in; what happened, and what was wrong, come out. */
import type { VersionQuality } from "./application";
import { Deployers } from "./deployers";
import type { RunState } from "./fault";
import { schedule } from "./faults";
import { forgetHandles } from "./file-system";
import { loadGate, type GateJudge } from "./gate";
import {
  agentProblems,
  choiceProblems,
  claimProblems,
  endingOf,
  isLoud,
  issueProblems,
  recordProblems,
  secretProblems,
  targetProblems,
} from "./invariants";
import { Linker, type Patch } from "./linker";
import { CALM_AT, kindsOf, type RunPlan } from "./plan";
import { SimulatedSite, type InitialTarget } from "./site";
import { linkOf } from "./system";
import { Oracle } from "./oracle";
import { SwitchHost } from "./switch-host";
import { EventLoop } from "./event-loop";

export interface RunResult {
  readonly seed: number;
  readonly ending: "old" | "new" | "locked";
  /** Kinds of faults that had an effect, and of orders. */
  readonly kinds: readonly string[];
  readonly problems: readonly string[];
  readonly trace: readonly string[];
}

/** After the calm begins: by then everything is over, ms. */
const REST_MS = 400_000;
/** A sender's claim lasts so long on the target (packages/deploy/target/outbox.ts), ms. */
const CLAIM_MS = 120_000;
/** The switch has its views again and has written, whatever happened before. */
const SWITCH_MS = 200_000;

export class Simulation {
  private readonly linker: Linker;
  private readonly gate: GateJudge;
  private beginning: InitialTarget | undefined;

  /** @param patches fixes to revert */
  constructor(patches: readonly Patch[] = []) {
    this.linker = new Linker(linkOf(patches));
    this.gate = loadGate(this.linker);
  }

  private state(seed: number, traits: Readonly<Record<string, VersionQuality>>, beginning?: InitialTarget): RunState {
    forgetHandles();
    const loop = new EventLoop(seed);
    const site = new SimulatedSite(loop, this.linker, beginning);
    for (const [version, trait] of Object.entries(traits)) site.traits.set(version, trait);
    const truth = new Oracle(site.target, (version) => traits[version] ?? "good", beginning === undefined ? null : "1");
    truth.watch();
    const deployers = new Deployers(site, this.gate);
    return { site, truth, deployers, switchHost: new SwitchHost(site), happened: new Set(), damaged: false };
  }

  /** Version 1, installed by a deployment without any fault; the same for every run. */
  private async begin(): Promise<InitialTarget> {
    if (this.beginning !== undefined) return this.beginning;
    const state = this.state(0, { "1": "good" });
    const { site, deployers } = state;
    for (const folder of ["/opt", "/etc", "/srv", "/var", "/var/lib"]) site.target.disk.create(folder, "folder", 0o755);
    deployers.direct("1", "deploy");
    await site.loop.run(60_000, () => deployers.results.length > 0);
    if (deployers.results[0]?.code !== 0)
      throw new Error(`Version 1 cannot be installed: ${deployers.results[0]?.words}`);
    site.target.disk.flushAll();
    this.beginning = { disk: site.target.disk, units: site.target.units };
    return this.beginning;
  }

  async run(plan: RunPlan): Promise<RunResult> {
    const state = this.state(plan.seed, plan.traits, await this.begin());
    const { site, deployers, switchHost } = state;
    const { loop } = site;
    switchHost.start();
    for (const { at, via, version, id } of plan.orders)
      loop.later(at, () => {
        loop.note(`an operator deploys version ${version} ${via === "github" ? "through GitHub" : "directly"}`);
        if (via === "direct") deployers.direct(version, "deploy", id);
        else deployers.dispatch({ version, ...(id === undefined ? {} : { id }) });
      });
    const ends = plan.faults.map((fault) => schedule(state, fault));
    await loop.run(CALM_AT, () => false);
    const problems = [...(await this.calm(state, ends)), ...this.judge(state)];
    return {
      seed: plan.seed,
      ending: endingOf(state),
      kinds: [...state.happened, ...kindsOf(plan)],
      problems: [...new Set([...state.truth.problems, ...problems])],
      trace: loop.trace,
    };
  }

  /** No more faults: everything finishes, and operators do what the messages ask for. */
  private async calm(state: RunState, ends: readonly (() => void)[]): Promise<string[]> {
    const { site, deployers, truth } = state;
    const { loop } = site;
    loop.note("calm: every fault ends");
    for (const end of ends) end();
    for (const host of site.hosts.values()) site.boot(host);
    for (const process of [...site.target.processes, ...deployers.atWork]) process.goOn();
    const isResting = (): boolean =>
      deployers.atWork.size === 0 &&
      site.github.runs.every(({ status }) => status === "completed") &&
      site.target.holderOf("deploy") === undefined &&
      (!site.isOpen || isStuck(state));
    if (!(await loop.run(loop.now + REST_MS, isResting))) return [`does not come to rest: ${unrest(state)}`];
    const problems: string[] = [];
    if (truth.last?.outcome === "rollback_failed" && !isLoud(state)) {
      deployers.direct(truth.last.version, "retry rollback");
      await loop.run(loop.now + REST_MS, isResting);
      if (truth.last.outcome === "rollback_failed" && !truth.tampered)
        problems.push("the rollback fails again, and nothing is wrong any more");
    }
    await loop.run(loop.now + 5_000, () => false);
    // A disk that took no metrics leaves the old ones, whose age raises an alert.
    if (!site.isOpen && [...state.happened].some((kind) => kind.startsWith("disk-"))) site.agent(["metrics"]);
    // The operator sends unsent incidents when the alert says so, and again if a dead sender still holds its claim.
    deployers.report(site.operator, truth.last?.id ?? "none");
    await loop.run(loop.now + REST_MS, () => deployers.atWork.size === 0);
    if (issueProblems(state).length > 0) {
      await loop.run(loop.now + CLAIM_MS, () => false);
      deployers.report(site.operator, truth.last?.id ?? "none");
    }
    let looksAt = 0;
    const isChosen = (): boolean => {
      if (deployers.atWork.size > 0 || loop.now < looksAt) return false;
      looksAt = loop.now + 2_000;
      return choiceProblems(state, this.gate).length === 0;
    };
    await loop.run(loop.now + SWITCH_MS, isChosen);
    if (deployers.atWork.size > 0) problems.push(`does not come to rest: ${unrest(state)}`);
    return problems;
  }

  private judge(state: RunState): string[] {
    return [
      ...targetProblems(state),
      ...recordProblems(state),
      ...issueProblems(state),
      ...agentProblems(state),
      ...claimProblems(state),
      ...choiceProblems(state, this.gate),
      ...secretProblems(state),
    ];
  }
}

/** The target is locked and reports it: a person has to act. */
const isStuck = (state: RunState): boolean =>
  (state.truth.last?.outcome === "rollback_failed" && state.truth.last.closed) || isLoud(state);

function unrest({ deployers, site, truth }: RunState): string {
  const at = [...deployers.atWork].map(({ name }) => name);
  const runs = site.github.runs
    .filter(({ status }) => status !== "completed")
    .map(({ id, status }) => `run ${id} ${status}`);
  const open = site.isOpen ? [`deployment ${truth.last?.id} is open (${truth.last?.outcome})`] : [];
  return [...at, ...runs, ...open].join(", ");
}
