import assert from "node:assert/strict";
import { HOOKS_FOLDER, RUNNER_HOME, RUNNER_USER, WORK_FOLDER } from "@ghrunners/core/vocabulary/runner";
import type { Finished } from "@ghrunners/core/process";
import type { MachineRig } from "../../../unit/lab/machines/rig";
import { componentScript, RunnerHost, runnerUnit as unit } from "./runner-host";

/**
 * An archive as GitHub's: the listener finds its folder as the parent of the real folder that it is in, and config.sh
 * writes its files, an environment file and svc.sh there.
 */
const archive = (version: string): string => `
  rm -rf /root/archive && mkdir -p /root/archive/bin /root/archive/externals && cd /root/archive
  cat >bin/Runner.Listener <<'X'
#!/bin/bash
[[ \${1:-} == --version ]] && { echo ${version}; exit; }
root=$(dirname "$(dirname "$(readlink -f "\${BASH_SOURCE[0]}")")")
if [[ \${1:-} == configure ]]; then
  [[ -e $root/.runner ]] && { echo already configured; exit 1; }
  id -un >"$root/.credentials"; echo "token $ACTIONS_RUNNER_INPUT_TOKEN" >"$root/.credentials_rsaparams"
  echo '{"agentId":7,"agentName":"runner-1","gitHubUrl":"https://github.com/octo-org/demo-app"}' >"$root/.runner"
  cat >"$root/svc.sh" <<'Y'
#!/bin/bash
printf '[Service]\\nExecStart=%s/bin/runsvc.sh\\nUser=%s\\nWorkingDirectory=%s\\nKillMode=process\\n' "$PWD" "$2" "$PWD" >/etc/systemd/system/${unit}
echo ${unit} >.service
Y
  chmod 755 "$root/svc.sh"; sleep 0.5; exit
fi
cat "$root/.runner" "$root/.credentials" "$root/.credentials_rsaparams" "$root/.env" >/dev/null || exit 1
echo here >>"$root/_diag/Runner_20260101-000000-utc.log" || exit 1
echo "Listening for Jobs"; cd "$root/_work"; job=$root/_diag/job
while sleep 0.1; do
  [[ -f $job ]] || continue
  mv $job $job.now; bash $job.now >$job.said 2>&1; echo "\$?" >$job.exit; mv $job.exit $job.code
done
X
  cat >config.sh <<'X'
#!/bin/bash
[[ $(id -u) == 0 ]] && { echo Must not run with sudo; exit 1; }
cd "$(dirname "\${BASH_SOURCE[0]}")" && . ./env.sh && exec ./bin/Runner.Listener configure "$@"
X
  echo '[ -f .env ] || touch .env; [ -f .path ] || echo "$PATH" >.path' >env.sh
  echo '#!/bin/bash' >run.sh
  printf '#!/bin/bash\\nexport PATH=$(cat .path)\\nexec ./bin/Runner.Listener run\\n' >bin/runsvc.sh
  chmod 755 bin/* *.sh; tar -czf /root/${version}.tar.gz . ; sha256sum /root/${version}.tar.gz | cut -d ' ' -f 1`;

/** What a job that is allowed has in its environment. */
export const allowed = "GITHUB_REPOSITORY=octo-org/demo-app GITHUB_EVENT_NAME=push GITHUB_REF=refs/heads/main";

/** Standard output of a script that must succeed. */
function succeeds({ code, stdout, all }: Finished): string {
  assert.equal(code, 0, all);
  return stdout.trim();
}

/**
 * A runner that our scripts set up, and the two ways to do something on it as a job: by hand, or through its listener.
 */
export class RunnerUnderAttack {
  private readonly host: RunnerHost;

  constructor(rig: MachineRig, vmid?: number) {
    this.host = new RunnerHost(rig, vmid);
  }

  /** Starts the machine, and on it a runner of version 2.336.0, beside a file that only root may read. */
  async start(): Promise<void> {
    await this.host.start();
    this.install("2.336.0");
    this.register();
    this.asRoot(`echo canary >/root/canary; chmod 600 /root/canary; systemctl start ${unit}`);
  }

  /** A command as root, to its end, whatever its exit code. */
  run(command: readonly string[], input = ""): Finished {
    return this.host.run(command, input);
  }

  /** Lines of bash as root. @returns standard output, trimmed @throws Error when they fail */
  asRoot(script: string): string {
    return this.host.sh(script);
  }

  /** Lines of bash as a job's user. They may fail; what matters is what root finds afterwards. */
  job(script: string): string {
    const line = `cd ${RUNNER_HOME}/${WORK_FOLDER}\n${script}`;
    return this.run(["runuser", "-u", RUNNER_USER, "--", "bash", "-c", line]).all;
  }

  /**
   * A job that the listener starts, in the unit's control group and with its view of the files.
   * @returns its exit code
   */
  inUnit(script: string): string {
    const file = `${RUNNER_HOME}/_diag/job`;
    this.run(
      ["bash", "-c", `rm -f ${file}*; cat >${file}.new; chown ${RUNNER_USER} ${file}.new; mv ${file}.new ${file}`],
      script,
    );
    return this.asRoot(
      `for i in $(seq 300); do [[ -s ${file}.code ]] && exec cat ${file}.code; sleep 0.1; done; exit 1`,
    );
  }

  /** What the last job of {@link inUnit} printed. */
  said(): string {
    return this.asRoot(`cat ${RUNNER_HOME}/_diag/job.said`);
  }

  /** One of the hooks around a job that is allowed, started by the listener. @returns its exit code */
  hookInUnit(name: string): string {
    return this.inUnit(`env ${allowed} bash -e ${HOOKS_FOLDER}/${name}.sh`);
  }

  /**
   * The same hook by hand, for a runner whose listener could not start it. The listener is stopped meanwhile: it is
   * none of this hook's ancestors, so the hook would end it, and what runs before its next start would end the hook.
   */
  hook(name: string, environment: Record<string, string> = {}): Finished {
    this.asRoot(`systemctl stop ${unit}`);
    const finished = this.run([
      ...["runuser", "-u", RUNNER_USER, "--", "env", "-i", ...allowed.split(" ")],
      ...Object.entries(environment).map(([key, value]) => `${key}=${value}`),
      ...["bash", "-e", `${HOOKS_FOLDER}/${name}.sh`],
    ]);
    this.asRoot(`systemctl reset-failed ${unit}; systemctl start ${unit}`);
    return finished;
  }

  install(version: string): string {
    return succeeds(
      this.host.install(version, archive(version), {
        jobStarted: componentScript("job-started.sh"),
        jobCompleted: componentScript("job-completed.sh"),
        jobTraces: componentScript("job-traces.sh"),
      }),
    );
  }

  register(): string {
    return succeeds(this.host.registration("register"));
  }

  remove(version: string): string {
    return succeeds(this.host.remove(version));
  }

  /** Owner, mode and text of root's file: `root 600` and `canary` as long as no job has reached it. */
  canary(): string {
    return this.asRoot("stat --format='%U %a' /root/canary; cat /root/canary");
  }
}
