import assert from "node:assert/strict";
import {
  HOOKS_FOLDER,
  JOB_FOLDERS,
  RUNNER_HOME,
  RUNNER_USER,
  SETUP_USER,
  WORK_FOLDER,
} from "@ghrunners/core/vocabulary/runner";
import { until } from "@ghrunners/core/until";
import { MachineRig } from "../../unit/lab/machines/rig";
import { registrationToken, runnerUnit as unit } from "./support/runner-host";
import { allowed, RunnerUnderAttack } from "./support/runner-under-attack";

const hooks = HOOKS_FOLDER;

/** What a job can do, as its user, on a runner that our scripts have set up; then what root does next. */
describe("a hostile job", function () {
  this.timeout(240_000);
  const rig = new MachineRig("hostile");
  const runner = new RunnerUnderAttack(rig);

  before(() => runner.start());
  after(() => rig.down());

  it("runs on a runner that works, with its own two folders and nothing else", () => {
    assert.equal(runner.asRoot(`systemctl is-active ${unit}`), "active");
    const theirs = runner
      .asRoot(`find ${RUNNER_HOME} -mindepth 1 -maxdepth 1 ! -user root -printf '%f\\n' | sort`)
      .split("\n");
    assert.deepEqual(theirs, [...JOB_FOLDERS].sort());
    const open = "find / -xdev -user root -perm /022 ! -type l ! -type c ! -type s ! -perm -1000 ! -path '/proc/*'";
    assert.equal(
      runner.asRoot(`${open} \\( -path '${RUNNER_HOME}*' -o -path '*ghrunners*' -o -path '/etc/systemd/*' \\)`),
      "",
    );
  });

  it("cannot replace, remove or add a file of the program, of the hooks, or the environment file", () => {
    const before = runner.asRoot(`cd ${RUNNER_HOME}; find . -path './_*' -prune -o -printf '%p %U %m %l\\n' | sort`);
    runner.job(`cd ${RUNNER_HOME}
      echo 'GHRUNNERS_POLICY_FILE=/tmp/x' >.env.mine; mv -f .env.mine .env; rm -f .env .path run.sh config.sh; rm -rf bin
      ln -sfn /tmp bin; ln -s /root/canary new; echo x >>config.sh; touch svc.sh; mkdir .registration; mv _work other
      echo x >/usr/local/lib/ghrunners/hooks/job-started.sh; echo x >>/etc/ghrunners/job-policy.env
      ln -s /etc /var/lib/ghrunners/new; touch /var/lib/ghrunners/top.2.336.0/run.sh; echo x >/etc/systemd/system/x.service`);
    assert.equal(
      runner.asRoot(`cd ${RUNNER_HOME}; find . -path './_*' -prune -o -printf '%p %U %m %l\\n' | sort`),
      before,
    );
    assert.equal(runner.asRoot("ls /etc/systemd/system/x.service /var/lib/ghrunners/new 2>/dev/null | wc -l"), "0");
  });

  it("gets no file of root at the next update, whatever links it made in an older, open layout", () => {
    runner.asRoot(
      `systemctl stop ${unit}; chown ${RUNNER_USER} ${RUNNER_HOME} /var/lib/ghrunners; chown -R ${RUNNER_USER} ${RUNNER_HOME}/bin.2.336.0`,
    );
    runner.job(`cd ${RUNNER_HOME}; for name in run.sh config.sh env.sh .env .path .service .env.new run.sh.new bin.new _diag; do
        rm -rf $name; ln -s /root/canary $name; done
      ln -sfn /root bin.2.335.1; ln -sfn /root externals.2.335.1; rm -rf ${WORK_FOLDER}; ln -s /root ${WORK_FOLDER}
      ln -s /root /var/lib/ghrunners/top.2.335.1; ln -s /root /var/lib/ghrunners/new
      ln -s /root/canary /var/lib/ghrunners/archive.tar.gz; mkfifo /var/lib/ghrunners/requested.new`);
    assert.match(runner.install("2.335.1"), /^runner 2\.335\.1, configuration [0-9a-f]{12}$/);
    assert.equal(runner.canary(), "root 600\ncanary");
    assert.equal(runner.asRoot("find /root -user actions-runner | wc -l"), "0");
    runner.register();
    runner.asRoot(`systemctl start ${unit}; systemctl is-active ${unit}`);
    const open = runner.asRoot(`find ${RUNNER_HOME} -mindepth 1 -maxdepth 1 ! -user root -printf '%f\\n' | sort`);
    assert.deepEqual(open.split("\n"), [...JOB_FOLDERS].sort());
  });

  it("sees neither the registration token nor the process that has it, and writes nothing that root runs", () => {
    const spy = `for i in $(seq 400); do
        cat /proc/[0-9]*/environ ${RUNNER_HOME}/.registration/.credentials* 2>/dev/null | tr '\\0' '\\n' | grep -a ${registrationToken}
        ln -s /root/canary ${RUNNER_HOME}/.registration/.runner 2>/dev/null; done >/var/tmp/seen; touch /var/tmp/over`;
    runner.asRoot("rm -f /var/tmp/seen /var/tmp/over");
    runner.run(["runuser", "-u", RUNNER_USER, "--", "setsid", "--fork", "bash", "-c", `exec >/dev/null 2>&1; ${spy}`]);
    runner.register();
    runner.asRoot("for i in $(seq 600); do [[ -e /var/tmp/over ]] && exit; sleep 0.1; done; exit 1");
    assert.equal(runner.asRoot("cat /var/tmp/seen"), "");
    assert.equal(
      runner.asRoot(`cat ${RUNNER_HOME}/.credentials`),
      SETUP_USER,
      "config.sh runs as a user that no job is",
    );
    assert.equal(runner.asRoot(`ls -d ${RUNNER_HOME}/.registration 2>/dev/null | wc -l`), "0");
    assert.equal(runner.asRoot(`ls ${RUNNER_HOME}/svc.sh 2>/dev/null | wc -l`), "0");
    assert.equal(runner.canary(), "root 600\ncanary");
    runner.asRoot(`systemctl start ${unit}`);
  });

  it("does not influence which job is accepted next", () => {
    runner.job("echo 'ALLOWED_REPOSITORY=stranger/x' >/tmp/policy");
    const other = { GITHUB_REPOSITORY: "stranger/x", GHRUNNERS_POLICY_FILE: "/tmp/policy" };
    assert.match(runner.hook("job-started", other).all, /refuses the job: the repository 'stranger\/x'/);
    assert.equal(runner.hook("job-started").code, 0);
  });

  it("leaves no process, no tool, no setting and no temporary file to the next job", async () => {
    const home = `/home/${RUNNER_USER}`;
    const traces = `find ${home} ${RUNNER_HOME}/${WORK_FOLDER}/_tool /dev/shm -mindepth 1 -user ${RUNNER_USER} | wc -l`;
    const mainProcess = (): string => runner.asRoot(`systemctl show --property MainPID --value ${unit}`);
    const listener = mainProcess();
    runner.inUnit(`mkdir -p ${home}/.config/git ${RUNNER_HOME}/${WORK_FOLDER}/_tool/node/22/bin /dev/shm/x
      echo '[core] hooksPath=/tmp/evil' >${home}/.gitconfig; echo 'registry=http://evil' >${home}/.npmrc
      echo 'PATH=/tmp/evil:$PATH' >${home}/.bashrc; echo '#!/bin/sh' >${RUNNER_HOME}/${WORK_FOLDER}/_tool/node/22/bin/node
      chmod 000 ${home}/.config/git; mkfifo ${home}/pipe; ln -s / ${home}/root; ln ${home}/.npmrc ${home}/hard
      echo x >/dev/shm/x/y; echo 'NODE_OPTIONS=--require /tmp/evil' >/tmp/evil
      setsid --fork bash -c 'while :; do sleep 1 & touch ${home}/survivor; sleep 0.05; done' >/dev/null 2>&1; exit 0`);
    await until("it runs on", 10_000, () => runner.asRoot(`ls ${home}/survivor 2>/dev/null | wc -l`) === "1");
    assert.notEqual(runner.asRoot(traces), "0");
    // As the runner does: the hook's ancestors are of the jobs' user too, and stay.
    const next = `env ${allowed} bash -e ${hooks}/job-started.sh && [[ ! -e /tmp/evil ]]`;
    assert.equal(runner.inUnit(next), "0", runner.said());
    assert.equal(mainProcess(), listener);
    assert.equal(runner.asRoot("pgrep -f surviv[o]r | wc -l"), "0");
    assert.equal(runner.asRoot(traces), "0");
    assert.equal(runner.canary(), "root 600\ncanary");
  });

  it("cannot hide a process behind its name", () => {
    runner.inUnit(`setsid --fork python3 -c 'import ctypes, time
# Its line in /proc/PID/stat ends early, and what is there looks like a dead process.
ctypes.CDLL(None).prctl(15, b"e) Z \\nabc", 0, 0, 0)
time.sleep(600) # hidden' >/dev/null 2>&1; for i in $(seq 100); do pgrep -f 'hidde[n]' && break; sleep 0.1; done`);
    assert.equal(runner.asRoot("pgrep -f 'hidde[n]' | wc -l"), "1");
    assert.equal(runner.hookInUnit("job-started"), "0", runner.said());
    assert.equal(runner.asRoot("pgrep -f 'hidde[n]' | wc -l"), "0");
  });

  it("leaves nothing in the work folder but what the runner made for the next one", () => {
    const work = `${RUNNER_HOME}/${WORK_FOLDER}`;
    const next = `GITHUB_WORKSPACE=${work}/demo-app/demo-app`;
    const folders = `${work}/_temp ${work}/_actions/one ${work}/demo-app/demo-app ${work}/_PipelineMapping/octo-org/demo-app`;
    const mapping = "_PipelineMapping/octo-org/demo-app/PipelineFolder.json";
    runner.inUnit(`cd ${work}; mkdir -p ${folders} other/shut/shut _PipelineMapping/evil; touch ${mapping} _temp/step.sh
      echo evil | tee .env demo-app/beside demo-app/demo-app/Makefile _PipelineMapping/evil/x other/shut/shut/x >/dev/null
      chmod 000 other/shut/shut other/shut; ln -s /usr _tool`);
    assert.equal(runner.inUnit(`env ${allowed} ${next} bash -e ${hooks}/job-started.sh`), "0", runner.said());
    const kept = ["_PipelineMapping", "_actions", "_actions/one", mapping, "_temp", "_temp/step.sh", "demo-app"];
    const found = runner.asRoot(`cd ${work}; find . -mindepth 1 -printf '%P\\n' | sort`).split("\n");
    assert.deepEqual(
      found,
      [...kept, "_PipelineMapping/octo-org", "_PipelineMapping/octo-org/demo-app", "demo-app/demo-app"].sort(),
    );
  });

  it("gives the next one no workspace of its choice, and that one after it a new one", () => {
    const work = `${RUNNER_HOME}/${WORK_FOLDER}`;
    for (const [workspace, prepare] of [
      [
        "demo-app/demo-app",
        "rm -rf demo-app; mkdir -p /tmp/evil; ln -s /tmp demo-app; ln -sfn /tmp/evil /tmp/demo-app",
      ],
      ["../../../home/actions-runner", "true"],
      ["_tool/_tool", "mkdir -p _tool/_tool"],
    ]) {
      runner.inUnit(`cd ${work} && mkdir -p _PipelineMapping/x && touch _PipelineMapping/x/y && ${prepare}`);
      const next = runner.inUnit(
        `env ${allowed} GITHUB_WORKSPACE=${work}/${workspace} bash -e ${hooks}/job-started.sh`,
      );
      assert.equal(next, "1", runner.said());
      assert.match(runner.said(), /An earlier job put this job's workspace at /);
      assert.equal(runner.asRoot(`cd ${work}; find . _PipelineMapping -mindepth 1 ! -path './_*' | wc -l`), "0");
    }
  });

  it("cannot stop the runner for good by what it leaves: a start of the unit cleans up", () => {
    const work = `${RUNNER_HOME}/${WORK_FOLDER}`;
    runner.inUnit(`cd ${work}; rm -rf _temp; mkdir -p _temp/x/y _PipelineMapping/octo-org/demo-app ~/x; chmod 000 _temp/x/y _temp/x
      echo '{' >_PipelineMapping/octo-org/demo-app/PipelineFolder.json`);
    runner.asRoot(`systemctl restart ${unit}; systemctl is-active ${unit}`);
    assert.equal(runner.asRoot(`find ${work} /home/${RUNNER_USER} -mindepth 1 | wc -l`), "0");
  });

  it("cannot close the folders that the runner works in, nor hide its logs from their readers", () => {
    const folders = [`/home/${RUNNER_USER}`, `${RUNNER_HOME}/${WORK_FOLDER}`, `${RUNNER_HOME}/_diag`];
    const modes = (): string[] => runner.asRoot(`stat --format=%a ${folders.join(" ")}`).split("\n");
    const open = modes();
    runner.job(`mkdir -p ~/x/y; chmod 000 ~/x ${folders.join(" ")}`);
    assert.deepEqual(modes(), ["0", "0", "0"]);
    const { code, all } = runner.hook("job-started");
    assert.equal(code, 0, all);
    assert.deepEqual(modes().slice(1), open.slice(1));
    assert.match(modes()[0] ?? "", /^7/);
    assert.equal(runner.asRoot(`find ${folders[0]} -mindepth 1 | wc -l`), "0");
  });

  it("cannot close or replace the folders into which the worker writes a job's log before the first hook", () => {
    const [pages, blocks] = [`${RUNNER_HOME}/_diag/pages`, `${RUNNER_HOME}/_diag/blocks`];
    runner.job(`mkdir -p ${pages} ${blocks}; chmod 000 ${pages}; rmdir ${blocks}; touch ${blocks}`);
    const { code, all } = runner.hook("job-started");
    assert.equal(code, 0, all);
    assert.match(runner.asRoot(`stat --format=%a ${pages}`), /^7/);
    assert.equal(runner.asRoot(`ls -d ${blocks} 2>/dev/null | wc -l`), "0");
    runner.job(`ln -s /etc ${blocks}`);
    assert.equal(runner.hook("job-started").code, 0);
    assert.equal(runner.asRoot(`ls -d ${blocks} 2>/dev/null | wc -l`), "0");
    assert.equal(runner.asRoot("stat --format=%a /etc"), "755");
  });

  it("gets no service manager of its own, and does not look into the listener where the kernel can forbid it", () => {
    const manager = runner.asRoot(`echo user@$(id -u ${RUNNER_USER}).service`);
    assert.match(runner.run(["systemctl", "start", manager]).all, /is masked/);
    assert.equal(runner.asRoot("cat /etc/sysctl.d/60-ghrunners.conf"), "kernel.yama.ptrace_scope = 1");
  });

  it("may not answer in the exporters' place nor reach a closed host, where the kernel filters for systemd", () => {
    const shown = runner.asRoot(`systemctl show --property=SocketBindDeny --property=IPAddressDeny ${unit}`);
    assert.match(shown, /^SocketBindDeny=.*9100-9101$/m);
    assert.match(shown, /^IPAddressDeny=192\.0\.2\.200(\/32)?$/m);
  });

  it("ends with the unit, however it went to the background", async () => {
    runner.inUnit(`setsid --fork bash -c 'trap "" TERM INT HUP; exec -a leftover sleep 600' >/dev/null 2>&1; exit 0`);
    await until("it runs", 10_000, () => runner.asRoot("pgrep -f leftove[r] | wc -l") !== "0");
    runner.asRoot(`systemctl stop ${unit}`);
    assert.equal(runner.asRoot("pgrep -f leftove[r] | wc -l"), "0");
    runner.asRoot(`systemctl start ${unit}`);
  });

  it("does not prevent the removal of the runner", () => {
    runner.job(`ln -s /root ${RUNNER_HOME}/${WORK_FOLDER}/root; chmod 000 ${RUNNER_HOME}/_diag`);
    runner.remove("2.335.1");
    assert.equal(runner.canary(), "root 600\ncanary");
    assert.equal(runner.asRoot(`ls -d ${RUNNER_HOME} /var/lib/ghrunners 2>/dev/null | wc -l`), "0");
    assert.equal(runner.asRoot(`id -u ${RUNNER_USER} ${SETUP_USER} 2>/dev/null | wc -l`), "0");
    assert.equal(
      runner.asRoot("ls -d /etc/systemd/system/user@* /etc/sysctl.d/60-ghrunners.conf 2>/dev/null | wc -l"),
      "0",
    );
  });
});
