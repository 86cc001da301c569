import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildDemoApp } from "@ghrunners/lab/demo-app/build";
import { standingHosts } from "@ghrunners/lab/hosts/index";
import type { Finished } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";
import { primary, secondary, type Rehearsal } from "@ghrunners/lab/driver/rehearsal";

const unitOf = (name: string): string => `actions.runner.octo-org-demo-app.${name}.service`;

/** An operator's place of work: the laboratory's names for the runbooks' variables, and an `ssh` that gets there. */
export class Operator {
  private readonly githubUrl: string;
  private readonly folder = mkdtempSync(path.join(tmpdir(), "ghr-runbooks-"));

  constructor(private readonly rehearsal: Rehearsal) {
    const { instance, githubUrl } = rehearsal.lab;
    this.githubUrl = githubUrl;
    const options = {
      IdentityFile: path.join(instance.state, "secrets", "ssh-key"),
      IdentitiesOnly: "yes",
      BatchMode: "yes",
      ConnectTimeout: "3",
      StrictHostKeyChecking: "no",
      UserKnownHostsFile: "/dev/null",
      LogLevel: "ERROR",
    };
    const words = Object.entries(options).map(([key, value]) => `-o '${key}=${value}'`);
    const bin = path.join(this.folder, "bin");
    mkdirSync(bin);
    writeFileSync(path.join(bin, "ssh"), `#!/bin/sh\nexec /usr/bin/ssh ${words.join(" ")} "$@"\n`);
    chmodSync(path.join(bin, "ssh"), 0o755);
    // The application's own repository: a plan beside its artefacts.
    cpSync(buildDemoApp(), path.dirname(this.plan), { recursive: true });
    copyFileSync(path.join(projectRoot, "lab/demo-app/deployment.yaml"), this.plan);
  }

  private get plan(): string {
    return path.join(this.folder, "application", "deployment.yaml");
  }

  private get env(): NodeJS.ProcessEnv {
    return {
      ...this.rehearsal.session.env,
      PATH: `${path.join(this.folder, "bin")}:${this.rehearsal.session.env.PATH ?? ""}`,
      // No person is at the terminal to confirm an update.
      PULUMI_SKIP_CONFIRMATIONS: "true",
      // What is expected is plain text.
      FORCE_COLOR: undefined,
      NO_COLOR: "1",
      RUNNER: primary.name,
      RUNNER_ADDRESS: primary.address,
      RUNNER_HOST: `runner@${primary.address}`,
      UNIT: unitOf(primary.name),
      OTHER_HOST: `runner@${secondary.address}`,
      OTHER_UNIT: unitOf(secondary.name),
      GITHUB: this.githubUrl,
      MONITORING: `operator-lab@${standingHosts.monitoring.address}`,
      TARGET_HOST: `operator-lab@${standingHosts.app.address}`,
      PLAN: this.plan,
      VERSION: "2",
    };
  }

  /** Runs a block as it stands in a runbook. */
  run(script: string): Promise<Finished> {
    return this.rehearsal.run(["bash", "-uo", "pipefail", "-c", script], { env: this.env });
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }
}
