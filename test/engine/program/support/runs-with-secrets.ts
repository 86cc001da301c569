import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { capturePulumi } from "@ghrunners/cli/pulumi/run";
import { stackFile } from "@ghrunners/cli/pulumi/stack";
import { until } from "@ghrunners/core/until";
import { adminRequest } from "@ghrunners/lab/admin";
import { socketOf } from "@ghrunners/lab/service";
import type { Rehearsal } from "@ghrunners/lab/driver/rehearsal";
import type { EngineRun, StackSettings } from "@ghrunners/lab/driver/engine-run";
import { yaml } from "../../../unit/program/repository-settings";

/** Runs of Pulumi whose settings may have secrets with values, which go to each run encrypted. */
export class RunsWithSecrets {
  /** All runs, for a search in what they printed. */
  readonly done: EngineRun[] = [];
  /** Values of secrets as in a configuration file, encrypted. */
  private sealed = "";

  constructor(private readonly rehearsal: Rehearsal) {}

  /** Encrypts the values, as an operator does, and takes them from the file again: each run gets them as a setting. */
  async seal(values: Readonly<Record<string, string>>): Promise<void> {
    const { stack } = this.rehearsal;
    const config = (args: string[], input?: string): Promise<string> =>
      capturePulumi(stack, ["config", ...args], input);
    for (const [name, value] of Object.entries(values)) {
      await config(["set", "--secret", "--path", `ghrunners:secretValues.${name}`], value);
    }
    const file = parse(readFileSync(stackFile(stack), "utf8")) as { config: Record<string, unknown> };
    this.sealed = yaml(file.config["ghrunners:secretValues"]);
    await config(["rm", "ghrunners:secretValues"]);
  }

  async pulumi(args: readonly string[], settings: StackSettings): Promise<EngineRun> {
    const values = settings.secrets === undefined ? {} : { secretValues: this.sealed };
    const run = await this.rehearsal.pulumi(args, { ...settings, ...values });
    this.done.push(run);
    return run;
  }

  /** @throws AssertionError with its output when it fails */
  async up(settings: StackSettings, ...args: string[]): Promise<EngineRun> {
    const run = await this.pulumi(["up", ...args], settings);
    assert.equal(run.code, 0, run.output);
    return run;
  }

  /** An `up` during which a fault of GitHub begins, as soon as the run has written something there. */
  async upWithFault(settings: StackSettings, fault: string, parameters: object): Promise<EngineRun> {
    const since = await this.rehearsal.mark("github");
    const socket = socketOf(this.rehearsal.lab.instance, "github");
    const running = this.pulumi(["up"], settings);
    try {
      const hasWritten = async (): Promise<boolean> => (await this.rehearsal.events("github", since)).length > 0;
      await until("the run writes at GitHub", 60_000, hasWritten);
      await adminRequest(socket, "PUT", `/_lab/faults/${fault}`, parameters);
      return await running;
    } finally {
      await running;
      await adminRequest(socket, "DELETE", `/_lab/faults/${fault}`);
    }
  }
}
