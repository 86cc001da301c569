import assert from "node:assert/strict";
import type { Finished } from "@ghrunners/core/process";
import { until } from "@ghrunners/core/until";
import { RUNNER_HOME, RUNNER_USER } from "@ghrunners/core/vocabulary/runner";
import { parseHostRegistration } from "@ghrunners/components/runner/plan-registration";
import { MachineRig } from "../../unit/lab/machines/rig";
import { repositoryUrl as url, RunnerHost, runnerUnit as unit } from "./support/runner-host";

/**
 * An archive as GitHub's: `runsvc.sh` names the Node of its release, and the archive has no other. The listener says at
 * once that it listens; where /run/session is, GitHub still holds another session until 240 s have passed. Each question
 * for its version is written to /run/asked. config.sh says what /run/refusal says, if it is there.
 */
const archive = (version: string, node: string): string => `
  rm -rf /root/archive && mkdir -p /root/archive/bin /root/archive/externals/${node}/bin && cd /root/archive
  printf '#!/bin/bash\\nexec bash "$@"\\n' >externals/${node}/bin/node
  printf '#!/bin/bash\\nnodever="${node}"\\nexec ./externals/$nodever/bin/node ./bin/RunnerService.js\\n' >bin/runsvc.sh
  echo './bin/Runner.Listener run' >bin/RunnerService.js
  cat >bin/Runner.Listener <<'X'
#!/bin/bash
[[ \${1:-} == --version ]] && { echo ${version} | tee -a /run/asked; exit; }
if [[ -e /run/session ]]; then
  echo "A session for this runner already exists."
  until (($(cat /run/passed) >= 2400)); do read -r -t 0.05 <>/dev/null || /bin/sleep 0.05; done
fi
echo "Listening for Jobs"
exec /bin/sleep infinity
X
  cat >config.sh <<'X'
#!/bin/bash
cd "$(dirname "\${BASH_SOURCE[0]}")"
[[ -e .runner || -e .runner_migrated ]] && { echo "Cannot configure the runner because it is already configured"; exit 1; }
[[ -e /run/refusal ]] && { cat /run/refusal; exit 1; }
echo '{"agentId":7,"agentName":"runner-1","gitHubUrl":"${url}"}' >.runner
echo '{}' | tee .credentials >.credentials_rsaparams
X
  chmod 755 bin/* externals/*/bin/* *.sh; tar -czf /root/${version}.tar.gz .; sha256sum /root/${version}.tar.gz | cut -d ' ' -f 1`;

describe("the runner program on a host", function () {
  this.timeout(240_000);
  const rig = new MachineRig("program");
  const host = new RunnerHost(rig);

  before(async () => {
    await host.start();
    host.sh("install -m 666 /dev/null /run/asked");
  });
  after(() => rig.down());

  const sh = (script: string): string => host.sh(script);
  const hooks = { jobStarted: "exit 0", jobCompleted: "exit 0", jobTraces: "exit 0" };
  const install = (version: string, node = "node20", delivers = false): Finished =>
    host.install(version, archive(version, node), hooks, delivers);
  const registration = (verb: string): Finished => host.registration(verb);
  const service = (verb: string): string =>
    host.script("service.sh", verb, { UNIT: unit, RUNNER_USER, RUNNER_HOME }).stdout.trim();
  const lastWords = (): string => service("look").split("\n")[2] ?? "";
  const installed = (): string => sh(`basename "$(readlink ${RUNNER_HOME}/bin)"`);
  const active = (): string => sh(`systemctl is-active ${unit} || true`);

  it("is registered, and started by the Node that its release brings", () => {
    const { code, stderr } = install("2.336.0");
    assert.equal(code, 0, stderr);
    assert.equal(registration("register").code, 0);
    service("start");
    assert.equal(active(), "active");
  });

  it("is asked for its version before it is installed and never again: each start begins a page of its log", () => {
    assert.equal(sh("cat /run/asked"), "2.336.0");
    const again = install("2.336.0");
    assert.equal(again.code, 0, again.stderr);
    assert.equal(service("show"), "active\n2.336.0");
    assert.equal(registration("show").code, 0);
    assert.equal(sh("cat /run/asked"), "2.336.0");
  });

  it("goes to a release without the old Node, and back", () => {
    const newer = install("2.337.0", "node24");
    assert.equal(newer.code, 0, newer.stderr);
    assert.equal(installed(), "bin.2.337.0");
    assert.equal(active(), "active");
    assert.equal(sh(`ls ${RUNNER_HOME}/externals/`), "node24");
    const back = install("2.336.0", "node20");
    assert.equal(back.code, 0, back.stderr);
    assert.equal(installed(), "bin.2.336.0");
    assert.equal(active(), "active");
    assert.equal(sh(`ls ${RUNNER_HOME}/externals/`), "node20");
  });

  it("of a delivery runner has a folder for the records of promotions, which outlives jobs and restarts", async () => {
    const folder = "/var/lib/ghrunners-promotions";
    assert.equal(sh(`test -e ${folder} || echo none`), "none");
    const { code, stderr } = install("2.336.0", "node20", true);
    assert.equal(code, 0, stderr);
    sh(`systemctl restart ${unit}`);
    assert.equal(active(), "active");
    const process = `/proc/$(systemctl show --property=MainPID --value ${unit})/environ`;
    const found = (): string => sh(`tr '\\0' '\\n' <${process} | grep PROMOTIONS || true`);
    assert.equal(
      await until("the runner has its environment", 10_000, () => found() || undefined),
      `GHRUNNERS_PROMOTIONS=${folder}`,
    );
    assert.equal(sh(`stat --format='%U %a' ${folder}`), `${RUNNER_USER} 700`);
    sh(`runuser -u ${RUNNER_USER} -- touch ${folder}/record; systemctl restart ${unit}`);
    assert.equal(sh(`ls ${folder}`), "record");
  });

  it("that is newer than a raised version stays; a lowered version is installed", () => {
    // As after an update by GitHub: absolute links lead to a version that was not asked for.
    sh(`cd ${RUNNER_HOME}
      for part in bin externals; do cp -a $part.2.336.0 $part.2.339.0; ln -sfn $PWD/$part.2.339.0 $part; done
      sed -i s/2.336.0/2.339.0/ bin.2.339.0/Runner.Listener`);
    const raised = install("2.338.0");
    assert.equal(raised.code, 0, raised.stderr);
    assert.equal(installed(), "bin.2.339.0");
    assert.match(raised.stderr, /Runner 2\.339\.0 is kept: ghrunners:agent\.version asks for 2\.338\.0 or newer/);
    assert.match(raised.stdout, /^runner 2\.339\.0, /m);
    assert.equal(service("show"), "active\n2.339.0");
    const again = install("2.338.0");
    assert.equal(again.code, 0, again.stderr);
    assert.equal(installed(), "bin.2.339.0");
    const lowered = install("2.337.0");
    assert.equal(lowered.code, 0, lowered.stderr);
    assert.equal(installed(), "bin.2.337.0");
  });

  it("is waited for while GitHub holds the session of a listener that was killed, for four minutes", () => {
    assert.equal(lastWords(), "Listening for Jobs");
    // Time passes by the pauses of the script alone: each sleep counts, and takes no time.
    sh(`printf '#!/bin/bash\\nseconds=\${1/.*} tenths=\${1#*.}; [[ $1 == *.* ]] || tenths=0
echo $(($(cat /run/passed) + seconds * 10 + tenths)) >/run/passed.new; mv /run/passed.new /run/passed; exec /bin/sleep 0.02\\n' \\
        >/usr/local/bin/sleep; chmod 755 /usr/local/bin/sleep; echo 0 >/run/passed; touch /run/session`);
    const { code, stderr } = install("2.338.0");
    assert.equal(code, 0, stderr);
    assert.equal(installed(), "bin.2.338.0");
    assert.ok(Number(sh("cat /run/passed")) >= 2400, "it did not wait");
    assert.equal(lastWords(), "Listening for Jobs");
    sh("rm /run/session");
    sh("rm /usr/local/bin/sleep");
  });

  it("says that GitHub holds another session as long as it does", () => {
    sh(`touch /run/session; echo 0 >/run/passed; systemctl restart ${unit}
      for i in $(seq 100); do journalctl -u ${unit} -n 1 -o cat | grep -q already && break; sleep 0.1; done`);
    assert.equal(lastWords(), "A session for this runner already exists");
    sh(`rm /run/session; systemctl restart ${unit}
      for i in $(seq 100); do journalctl -u ${unit} -n 1 -o cat | grep -q Listening && break; sleep 0.1; done`);
    assert.equal(lastWords(), "Listening for Jobs");
  });

  it("says for how long it has been active before it was started", async () => {
    sh(`systemctl stop ${unit}`);
    assert.equal(service("start"), "0");
    await until("it is active for a second", 5_000, () => Number(service("start")) >= 1);
  });

  it("is restarted when it is asked to, but never while a job is at work", async () => {
    const process = (): string => sh(`systemctl show --property=MainPID --value ${unit}`);
    const restart = (): Finished => host.script("service.sh", "restart", { UNIT: unit, RUNNER_USER, RUNNER_HOME });
    const jobs = (): string | undefined => service("look").split("\n")[1];
    const before = process();
    sh("systemd-run --quiet --unit job bash -c 'exec -a Runner.Worker sleep infinity'");
    await until("the job is at work", 5_000, () => jobs() === "1");
    const refused = restart();
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /was not restarted: a job is at work\. Expected none\. Next: when the job has ended/);
    assert.equal(process(), before);
    sh("systemctl stop job");
    await until("the job has ended", 5_000, () => jobs() === "0");
    assert.equal(restart().code, 0);
    assert.notEqual(process(), before);
  });

  it("has the registration that GitHub moved it to, and is registered anew without the files of the old one", () => {
    sh(`cd ${RUNNER_HOME}; echo '{"agentId":9,"agentName":"runner-1","gitHubUrl":"${url}"}' >.runner_migrated
      echo '{}' >.credentials_migrated`);
    assert.equal(parseHostRegistration(registration("show").stdout.trim())?.agentId, 9);
    const { code, stderr } = registration("register");
    assert.equal(code, 0, stderr);
    assert.equal(parseHostRegistration(registration("show").stdout.trim())?.agentId, 7);
    assert.equal(sh(`cd ${RUNNER_HOME}; ls -d .*_migrated 2>/dev/null || true`), "");
  });

  it("asks for another token only where config.sh was told 404", () => {
    const refused = (says: string): string => {
      sh(`printf '%s\\n' '${says}' >/run/refusal`);
      const { code, stderr } = registration("register");
      assert.equal(code, 1);
      return stderr;
    };
    const notFound = "Response status code does not indicate success: 404 (Not Found).";
    assert.match(refused(notFound), /404 \(Not Found\)\.\nGitHub answers 404 to the registration of runner-1 at /);
    const other = refused("Http response code: Forbidden, runner version v2.338.0 is deprecated");
    assert.match(other, /is deprecated\nconfig\.sh could not register runner-1 at .*Next: /);
    assert.doesNotMatch(other, /404/);
  });
});
