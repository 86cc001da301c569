/** The operating system that the product is linked to: time, files, processes and the network of the simulation. */
import crypto from "node:crypto";
import util from "node:util";
import { Octokit } from "@octokit/core";
import yaml from "yaml";
import { spawn, spawnSync } from "./commands";
import { fileSystem } from "./file-system";
import { EPOCH } from "./host";
import type { LinkOptions, Patch } from "./linker";
import { fetchNow, openSession, sessionErrors, withSession } from "./network";
import { SimulatedProcess, processNow, simulatedProcess } from "./processes";
import { retryWith } from "./retry";
import { ownerNow, type SimulatedTask } from "./event-loop";

const caller = (): SimulatedProcess | undefined => {
  const owner = ownerNow.getStore();
  return owner instanceof SimulatedProcess ? owner : undefined;
};

/** Wall clock of the calling process' host; before anything runs, the beginning. */
const wall = (): number => caller()?.host.wall() ?? EPOCH;

class SimulatedDate extends Date {
  constructor(...parameters: [] | [string | number]) {
    super(parameters.length === 0 ? wall() : parameters[0]);
  }
  static override now = wall;
}

interface Timer {
  task: SimulatedTask | undefined;
  ref(): Timer;
  unref(): Timer;
}

const timer = (): Timer => {
  const made: Timer = { task: undefined, ref: () => made, unref: () => made };
  return made;
};

function setTimeout(run: (...words: unknown[]) => void, ms = 0, ...words: unknown[]): Timer {
  const made = timer();
  const owner = caller();
  if (owner !== undefined) made.task = owner.host.loop.after(ms, () => run(...words), owner);
  return made;
}

function setInterval(run: () => void, ms: number): Timer {
  const made = timer();
  const owner = caller();
  if (owner === undefined) return made;
  const again = (): void => {
    made.task = owner.host.loop.after(
      ms,
      () => {
        again();
        run();
      },
      owner,
    );
  };
  again();
  return made;
}

function clear(made: Timer | undefined): void {
  if (made?.task !== undefined) made.task.cancelled = true;
}

/** An AbortSignal that fires when the virtual time is over. */
function timeoutSignal(ms: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError")), ms);
  return controller.signal;
}

const timersPromises = {
  setTimeout: (ms: number, value?: unknown) => new Promise((resolve) => setTimeout(() => resolve(value), ms)),
};

/** A number of the run, the same each time. */
const chance = (): number => caller()?.host.loop.random("program").next() ?? 0;

const simulatedCrypto = {
  ...crypto,
  randomBytes: (length: number) => Buffer.from(Array.from({ length }, () => Math.floor(chance() * 256))),
};

/** Octokit over the simulated network. */
class SimulatedOctokit extends Octokit {
  constructor(options: ConstructorParameters<typeof Octokit>[0]) {
    super({ ...options, request: { fetch: fetchNow, ...options?.request } });
  }
}

const agentFiles = {
  install: "install",
  look: "look",
  files: [{ mode: "0644", path: "/opt/ghrunners/deploy/ghrunners-deploy.cjs", text: "agent" }],
};

const plans = new Map<string, unknown>();

/** The same text is the same plan: reading it takes longer than a deployment of the simulation. */
function parseYaml(text: string): unknown {
  const known: unknown = plans.get(text) ?? yaml.parse(text);
  plans.set(text, known);
  return known;
}

const plainMath = Object.getOwnPropertyDescriptors(Math);

/** How the product is loaded for a simulation. */
export const linkOf = (patches: readonly Patch[]): LinkOptions => ({
  patches,
  modules: {
    "node:fs": fileSystem,
    "node:crypto": simulatedCrypto,
    "node:child_process": { spawn, spawnSync },
    "node:timers/promises": timersPromises,
    "node:util": {
      ...util,
      parseArgs: (config: util.ParseArgsConfig) => util.parseArgs({ args: processNow().argv.slice(2), ...config }),
    },
    "node:os": { cpus: () => [1, 2], freemem: () => 2e9, loadavg: () => [0.5, 0.5, 0.5], totalmem: () => 4e9 },
    yaml: { parse: parseYaml },
    "@octokit/core": { Octokit: SimulatedOctokit },
    "@octokit/plugin-retry": { retry: retryWith(timersPromises.setTimeout) },
    "@ghrunners/core/ssh/session": { openSession, withSession, ...sessionErrors },
  },
  globals: {
    process: simulatedProcess,
    Date: SimulatedDate,
    performance: { now: () => caller()?.host.loop.now ?? 0 },
    setTimeout,
    setInterval,
    clearTimeout: clear,
    clearInterval: clear,
    AbortSignal: { timeout: timeoutSignal, any: (signals: AbortSignal[]) => AbortSignal.any(signals) },
    fetch: fetchNow,
    Math: Object.defineProperties({}, { ...plainMath, random: { value: chance } }),
    GHRUNNERS_AGENT_FILES: JSON.stringify(agentFiles),
  },
});
