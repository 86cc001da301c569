/** Processes of the simulated hosts. A process is code that runs on its behalf; it ends when none of that runs on. */
import { PassThrough, type Readable } from "node:stream";
import type { SimulatedHost } from "./host";
import { ownerNow, type TaskOwner, type SimulatedTask } from "./event-loop";

/** Thrown into the code of a process that has ended: whatever it catches, nothing that it does has an effect. */
export class ProcessEndedError extends Error {
  constructor() {
    super("This process was ended.");
  }
}

export interface ProcessStart {
  /** For people: such as `agent renew`. */
  readonly name: string;
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Runs the program; it ends by its exit code. */
  readonly main: () => void;
}

export class SimulatedProcess implements TaskOwner {
  readonly pid: number;
  readonly name: string;
  argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: PassThrough = new PassThrough();
  state: TaskOwner["state"] = "running";
  stdout = "";
  stderr = "";
  /** Calls of the file system so far. */
  calls = 0;
  /** The call of the file system in which something happens to it, and what. */
  fatalCall = Infinity;
  onFatalCall: () => void = () => this.kill();
  code: number | undefined;
  /** It ended by an error that its own code did not catch. */
  crashed = false;
  private readonly waiting: SimulatedTask[] = [];
  private readonly ended: ((code: number) => void)[] = [];
  private readonly handlers = new Map<string, () => void>();
  private leaving = false;

  constructor(
    readonly host: SimulatedHost,
    { name, argv = [], env = {} }: ProcessStart,
  ) {
    this.pid = host.nextPid();
    this.name = `${host.name} ${name} [${this.pid}]`;
    this.argv = ["/usr/bin/node", "/program", ...argv];
    this.env = env;
    host.processes.add(this);
  }

  static start(host: SimulatedHost, start: ProcessStart): SimulatedProcess {
    const process = new SimulatedProcess(host, start);
    host.loop.after(host.loop.random("start").between(40, 250), start.main, process);
    return process;
  }

  park(task: SimulatedTask): void {
    this.waiting.push(task);
  }

  failed(error: unknown): void {
    if (error instanceof ProcessEndedError || this.state === "dead") return;
    this.stderr += error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.host.loop.note(`${this.name} ends by an uncaught error: ${String(error)}`);
    this.crashed = true;
    this.end(1);
  }

  /** By itself, as soon as what it is about to do is done. */
  exit(code: number): void {
    this.code = code;
    if (this.leaving) return;
    this.leaving = true;
    this.host.loop.after(1, () => this.end(this.code ?? code), this);
  }

  kill(): void {
    if (this.state === "dead") return;
    this.host.loop.note(`${this.name} is killed`);
    this.end(137);
  }

  stop(): void {
    if (this.state === "running") this.state = "stopped";
  }

  goOn(): void {
    if (this.state !== "stopped") return;
    this.state = "running";
    this.host.loop.resume(this.waiting.splice(0));
  }

  signal(name: string): void {
    const handler = this.handlers.get(name);
    if (handler === undefined) this.kill();
    else this.host.loop.after(0, handler, this);
  }

  on(name: string, handler: () => void): void {
    this.handlers.set(name, handler);
  }

  /** Called at its end, without an owner. */
  whenEnded(told: (code: number) => void): void {
    if (this.state === "dead") this.host.loop.later(0, () => told(this.code ?? 137));
    else this.ended.push(told);
  }

  private end(code: number): void {
    if (this.state === "dead") return;
    this.state = "dead";
    this.code = code;
    this.waiting.length = 0;
    this.host.processes.delete(this);
    this.host.freeLocksOf(this);
    for (const told of this.ended.splice(0)) this.host.loop.later(0, () => told(code));
  }
}

/** @throws Killed when its process has ended */
export function processNow(): SimulatedProcess {
  const owner = ownerNow.getStore();
  if (!(owner instanceof SimulatedProcess)) throw new Error("Code of a host runs outside of a process. Expected one.");
  if (owner.state === "dead") throw new ProcessEndedError();
  return owner;
}

const ownerOrDead = (): SimulatedProcess | undefined => {
  const owner = ownerNow.getStore();
  return owner instanceof SimulatedProcess && owner.state !== "dead" ? owner : undefined;
};

/** `process` as a program sees it, whichever program it is. */
export const simulatedProcess = {
  get argv(): readonly string[] {
    return processNow().argv;
  },
  get env(): Readonly<Record<string, string>> {
    return processNow().env;
  },
  get pid(): number {
    return processNow().pid;
  },
  get stdin(): Readable {
    return processNow().stdin;
  },
  stdout: {
    on: () => undefined,
    write(text: string): boolean {
      const owner = ownerOrDead();
      if (owner !== undefined) owner.stdout += text;
      // The agent's one line is its last act.
      if (owner?.name.includes(" agent ") && text.endsWith("}\n")) owner.exit(owner.code ?? 0);
      return true;
    },
  },
  stderr: {
    on: () => undefined,
    write(text: string): boolean {
      const owner = ownerOrDead();
      if (owner !== undefined) owner.stderr += text;
      return true;
    },
  },
  get exitCode(): number | undefined {
    return processNow().code;
  },
  set exitCode(code: number) {
    const owner = ownerOrDead();
    if (owner === undefined) return;
    if (owner.name.includes(" agent ")) owner.code = code;
    else owner.exit(code);
  },
  on(name: string, handler: () => void): void {
    ownerOrDead()?.on(name, handler);
  },
  umask: (): number => 0o022,
  platform: "linux",
};
