import { spawnSync } from "node:child_process";
import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { ExecutionResult, Executor } from "@ghrunners/deploy/target/executor";

/** The commands of the tests' plan without a process for each: for tests that deploy a hundred times. */
export class InProcessExecutor implements Executor {
  async run(line: readonly string[]): Promise<ExecutionResult> {
    const [program = "", first = "", second = ""] = line;
    try {
      return { ok: true, stdout: this.effect(line, program, first, second), detail: "" };
    } catch (error) {
      return { ok: false, stdout: "", detail: `${line.join(" ")}: ${(error as Error).message}` };
    }
  }

  async sweep(): Promise<void> {
    // Nothing of it outlives a command.
  }

  private effect(line: readonly string[], program: string, first: string, second: string): string {
    if (program === "cat") return readFileSync(first, "utf8");
    if (program === "fail") throw new Error("it was meant to");
    if (program === "touch") writeFileSync(first, "");
    if (program === "rm") rmSync(second, { force: true });
    if (program.endsWith("/migrate")) {
      const version = program.split("/").at(-2) ?? "";
      if (!readFileSync(first, "utf8").split("\n").includes(version)) appendFileSync(first, `${version}\n`);
    }
    if (program === "tar") {
      const { status, stderr } = spawnSync(program, line.slice(1), { encoding: "utf8" });
      if (status !== 0) throw new Error(stderr);
    }
    return "";
  }
}
