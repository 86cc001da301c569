import type { ExecutionResult } from "@ghrunners/deploy/target/executor";
import { InProcessExecutor } from "./in-process";

/** Units as systemd would know them; every command about them can be made to fail. */
export class FakeSystemd extends InProcessExecutor {
  readonly active = new Set<string>();
  readonly enabled = new Set<string>();
  readonly asked: string[] = [];
  /** Number of questions that get no answer from now on, as when no scope can be started. */
  unanswered = 0;

  override async run(line: readonly string[]): Promise<ExecutionResult> {
    const [program, verb = "", ...units] = line;
    if (program !== "systemctl") return super.run(line);
    this.asked.push(verb);
    if (verb === "show") {
      if (this.unanswered > 0) {
        this.unanswered -= 1;
        return { ok: false, stdout: "", detail: "systemctl show: exit code 1: Failed to start transient scope unit" };
      }
      return {
        ok: true,
        stdout: units
          .filter((unit) => unit.includes("."))
          .map((unit) => this.shown(unit))
          .join("\n"),
        detail: "",
      };
    }
    for (const unit of units) {
      if (verb === "start" || verb === "restart") this.active.add(unit);
      if (verb === "stop") this.active.delete(unit);
      if (verb === "enable") this.enabled.add(unit);
      if (verb === "disable") this.enabled.delete(unit);
    }
    return { ok: true, stdout: "", detail: "" };
  }

  private shown(unit: string): string {
    const state = this.active.has(unit) ? "active" : "inactive";
    return `ActiveState=${state}\nUnitFileState=${this.enabled.has(unit) ? "enabled" : "disabled"}\n`;
  }
}
