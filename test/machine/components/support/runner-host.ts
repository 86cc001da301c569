import { readFileSync } from "node:fs";
import path from "node:path";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import type { Finished } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";
import { RUNNER_HOME, RUNNER_USER, SETUP_USER, WORK_FOLDER } from "@ghrunners/core/vocabulary/runner";
import { agentParameters, renderUnit } from "@ghrunners/components/runner/render-agent";
import type { MachineRig } from "../../../unit/lab/machines/rig";

export const runnerUnit = "actions.runner.octo-org-demo-app.runner-1.service";
export const repositoryUrl = "https://github.com/octo-org/demo-app";
/** What config.sh is given; a job must not see it. */
export const registrationToken = "AREGISTRATIONTOKEN";

/** What the program says of the runner: jobs of one branch, and one host that is closed to them. */
const settings = {
  unit: runnerUnit,
  jobs: { repository: "octo-org/demo-app", events: ["push"], refs: ["refs/heads/main"] },
  closed: ["192.0.2.200"],
  drainTimeoutMinutes: 1,
};

/** Text of a script that the program sends to hosts. */
export const componentScript = (file: string): string =>
  readFileSync(path.join(projectRoot, "components/scripts", file), "utf8");

/** The scripts around each job, by what the program calls them. */
export type JobHooks = Parameters<typeof agentParameters>[3];

/** A machine on which the program's own scripts install and register a runner, from an archive that a test makes. */
export class RunnerHost {
  constructor(
    private readonly rig: MachineRig,
    private readonly vmid = 171,
  ) {}

  async start(): Promise<void> {
    await this.rig.up();
    await this.rig.backend.start(this.vmid, this.rig.settings(this.vmid, { diskBytes: 2 ** 30 }));
    await this.rig.sshComesUp(this.vmid);
  }

  /** A command as root, to its end, whatever its exit code. */
  run(command: readonly string[], input = ""): Finished {
    return this.rig.run(this.vmid, command, input);
  }

  /** Lines of bash as root. @returns standard output, trimmed @throws Error when they fail */
  sh(script: string): string {
    return this.rig.sh(this.vmid, script);
  }

  /** One of the program's scripts, as the program runs it. */
  script(file: string, verb: string, parameters: Readonly<Record<string, string>>): Finished {
    return this.rig.script(this.vmid, renderScript(componentScript(file), parameters), verb);
  }

  /**
   * @param archive lines of bash that make /root/VERSION.tar.gz and print its SHA-256 last
   * @param delivers for a delivery runner
   */
  install(version: string, archive: string, hooks: JobHooks, delivers = false): Finished {
    const sha256 = this.sh(archive).split("\n").at(-1) ?? "";
    const source = { version, url: `file:///root/${version}.tar.gz`, sha256 };
    return this.script(
      "agent.sh",
      "install",
      agentParameters({ ...settings, delivers }, source, "bc:24:11:00:00:71", hooks),
    );
  }

  /** Removes what {@link install} put there. */
  remove(version: string): Finished {
    const hooks = { jobStarted: "", jobCompleted: "", jobTraces: "" };
    const source = { version, url: "", sha256: "" };
    return this.script("agent.sh", "remove", agentParameters({ ...settings, closed: [] }, source, "", hooks));
  }

  registration(verb: string): Finished {
    return this.script("registration.sh", verb, {
      UNIT: runnerUnit,
      UNIT_FILE: renderUnit("runner-1"),
      RUNNER_USER,
      SETUP_USER,
      RUNNER_HOME,
      WORK_FOLDER,
      RUNNER_NAME: "runner-1",
      URL: repositoryUrl,
      GROUP: "",
      LABELS: "self-hosted",
      TOKEN: registrationToken,
      TOKEN_REFUSED: "GitHub answers 404 to the registration",
    });
  }
}
