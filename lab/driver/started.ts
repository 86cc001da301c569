import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { npmScriptLine } from "@ghrunners/cli/node-line";
import { projectRoot } from "@ghrunners/cli/pulumi/stack";
import { until } from "@ghrunners/core/until";

/** A command of the project that ran to its end. */
export interface Ended<Value> {
  readonly code: number;
  /** Everything it printed. */
  readonly all: string;
  /** What its JSON says. */
  readonly result: Value;
}

/** A command of the project with `--json`, on the stack "lab", while it runs: what it has said so far, and Ctrl-C. */
export class Started<Value> {
  private said = "";
  private out = "";
  private readonly child;
  private readonly closed: Promise<number>;

  /** @param args as after `npm run`, such as `["deploy", "--version", "2", "--json"]` */
  constructor([name = "", ...args]: readonly string[]) {
    const [node = "", ...line] = npmScriptLine(name, ...args);
    this.child = spawn(node, line, {
      cwd: projectRoot,
      env: { ...process.env, STACK: "lab" },
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

  async end(): Promise<Ended<Value>> {
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
