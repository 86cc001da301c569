import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { projectRoot } from "@ghrunners/core/project-root";
import { driverEnvironment, execLine } from "./exec";
import { until } from "@ghrunners/core/until";

/** A command of the project that ran to its end. */
export interface EndedCommand<Value> {
  readonly code: number;
  /** Everything it printed. */
  readonly all: string;
  /** What its JSON says. */
  readonly result: Value;
}

/** A command inside the lab with `--json`, while it runs: its output so far, and Ctrl-C. */
export class RunningCommand<Value> {
  private said = "";
  private out = "";
  private readonly child;
  private readonly closed: Promise<number>;

  /** @param line as after `npm run lab -- exec --`, such as `["ghrunners", "deploy", "--version", "2", "--json"]` */
  constructor(line: readonly string[]) {
    const [node = "", ...args] = execLine(line);
    this.child = spawn(node, args, {
      cwd: projectRoot,
      env: driverEnvironment(),
      // A group of its own, as a terminal gives it one: a signal reaches all of it.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child.stdout.setEncoding("utf8").on("data", (text: string) => (this.out += text));
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => (this.said += text));
    this.closed = new Promise((resolve) => this.child.once("close", (code) => resolve(code ?? 1)));
  }

  /** Waits until it says this. @throws Error when it ends before, or the limit is over */
  async says(text: string, limitMs: number): Promise<void> {
    await until(`the command says "${text}"`, limitMs, () => {
      if (this.said.includes(text)) return true;
      assert.equal(this.child.exitCode, null, this.said + this.out);
      return false;
    });
  }

  /** Ctrl-C. */
  interrupt(): void {
    process.kill(-(this.child.pid as number), "SIGINT");
  }

  async end(): Promise<EndedCommand<Value>> {
    const code = await this.closed;
    const all = this.said + this.out;
    assert.notEqual(this.out, "", all);
    return { code, all, result: JSON.parse(this.out) as Value };
  }

  /** Ends it if it still runs, without its having a say. */
  async kill(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null)
      process.kill(-(this.child.pid as number), "SIGKILL");
    await this.closed;
  }
}
