/** `node:child_process` on a simulated host: the programs that plans and the agent itself run, each in its scope. */
import { EventEmitter } from "node:events";
import { copyFile } from "./file-system";
import type { SimulatedHost, SimulatedScope } from "./host";
import { processNow, type SimulatedProcess } from "./processes";
import { behaviourOf, type Behaviour } from "./programs";
import { ownerNow } from "./event-loop";

class Output extends EventEmitter {
  setEncoding(): this {
    return this;
  }
  destroy(): void {
    this.removeAllListeners();
  }
}

/** What `spawn` gives: as much of it as the agent uses. */
class Child extends EventEmitter {
  readonly stdout = new Output();
  readonly stderr = new Output();
  private isOver = false;

  constructor(
    private readonly host: SimulatedHost,
    private readonly parent: SimulatedProcess,
    private readonly behaviour: Behaviour,
    private readonly scope: SimulatedScope,
  ) {
    super();
  }

  start(): void {
    const { host, behaviour } = this;
    host.scopes.set(this.scope.name, this.scope);
    behaviour.begin?.();
    if (behaviour.seconds === Infinity) return;
    host.loop.later(behaviour.seconds * 1000, () => {
      if (this.isOver || !host.scopes.has(this.scope.name)) return;
      const { code, stdout = "", stderr = "" } = behaviour.end();
      this.over(code, null, stdout, stderr);
    });
  }

  kill(): void {
    this.over(null, "SIGKILL", "", "");
  }

  /** Reports its end to its parent. A process that still holds its output keeps that open. */
  over(code: number | null, signal: string | null, stdout: string, stderr: string): void {
    if (this.isOver) return;
    this.isOver = true;
    this.host.scopes.delete(this.scope.name);
    const { loop } = this.host;
    loop.after(
      1,
      () => {
        if (stdout !== "") this.stdout.emit("data", stdout);
        if (stderr !== "") this.stderr.emit("data", stderr);
        this.emit("exit", code, signal);
      },
      this.parent,
    );
    loop.after(2 + 1000 * (this.behaviour.heldSeconds ?? 0), () => this.emit("close", code, signal), this.parent);
  }
}

export function spawn(
  program: string,
  words: readonly string[],
  { env }: { env: Readonly<Record<string, string>> },
): Child {
  const parent = processNow();
  const { host } = parent;
  const separator = words.indexOf("--");
  const scoped = program === "systemd-run";
  const line = scoped ? words.slice(separator + 1) : [program, ...words];
  const name = words.find((word) => word.startsWith("--unit="))?.slice("--unit=".length) ?? `none-${host.nextPid()}`;
  const behaviour: Behaviour = host.loop.random("scopes").is(host.withoutScopes)
    ? { seconds: 0.05, end: () => ({ code: 1, stderr: "Failed to start transient scope unit: Connection timed out" }) }
    : behaviourOf(host, line, env);
  const child: Child = new Child(host, parent, behaviour, { name, end: () => child.over(null, "SIGKILL", "", "") });
  // Has no owner: it outlives its parent.
  ownerNow.run(undefined, () => child.start());
  return child;
}

interface SpawnResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const resultOf = (stdout: string, status = 0, stderr = ""): SpawnResult => ({ status, stdout, stderr });

export function spawnSync(program: string, words: readonly string[]): SpawnResult {
  if (program === "cp") {
    const [from = "", to = ""] = words.slice(-2);
    const problem = copyFile(from, to);
    return problem === undefined ? resultOf("") : resultOf("", 1, problem);
  }
  if (program !== "systemctl") throw new Error(`The simulation has no program ${program}.`);
  const { host } = processNow();
  const pattern = new RegExp(`^${(words.at(-1) ?? "").replaceAll(".", "\\.").replaceAll("*", ".*")}$`);
  const found = [...host.scopes.values()].filter(({ name }) => pattern.test(name));
  if (words[0] === "kill") for (const scope of found) scope.end();
  return resultOf(words[0] === "list-units" ? found.map(({ name }) => `${name} loaded active running`).join("\n") : "");
}
