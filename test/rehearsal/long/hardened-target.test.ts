import assert from "node:assert/strict";
import type { DoctorReport } from "@ghrunners/cli/doctor/render";
import type { DriftReport } from "@ghrunners/cli/drift/report";
import { standingHosts } from "@ghrunners/lab/hosts/index";
import { until } from "@ghrunners/core/until";
import { Rehearsal } from "@ghrunners/lab/driver/rehearsal";
import { undoneAfter } from "../../support/undone-after";
import { chosen, deploy, recordOf, wholeVersion } from "../support/github-deployments";

const ACCOUNT = "operator-lab";
const CENTRAL = `/etc/ssh/authorized_keys/${ACCOUNT}`;
const DROP_IN = "/etc/ssh/sshd_config.d/00-hardened.conf";
/** As guides for hardening have it: root alone says which keys open which account, and few things are allowed. */
const hardened = [
  "AuthorizedKeysFile /etc/ssh/authorized_keys/%u",
  `AllowUsers ${ACCOUNT}`,
  "MaxAuthTries 2",
  "PermitTTY no",
  "Banner /etc/issue.net",
];

/** Everything that a deployment needs of its target, on a target whose SSH server is as strict as many are. */
describe("a deployment target with a hardened SSH server", () => {
  let rehearsal: Rehearsal;
  let ownKeys = "";
  const undo = undoneAfter();
  const onTarget = (script: string): Promise<string> =>
    rehearsal.inMachine(standingHosts.app.id, "bash", "-ec", script);
  const marked = async (file: string): Promise<number> =>
    Number(await onTarget(`grep -c ' ghrunners-deploy:${rehearsal.session.stack}:' ${file} || true`));

  before(async () => {
    rehearsal = await Rehearsal.ready();
    await rehearsal.labCommand("demo-app");
    // The files after this one find the target as it was, opened by the key that GitHub has.
    undo(() => rehearsal.labCommand("demo-app"));
    undo(() => onTarget(`rm -rf ${DROP_IN} /etc/ssh/authorized_keys; systemctl reload ssh`));
    const lines = hardened.map((line) => `'${line}'`).join(" ");
    await onTarget(`install -d -m 0755 /etc/ssh/authorized_keys
      grep -v ' ghrunners-deploy:' ~${ACCOUNT}/.ssh/authorized_keys >${CENTRAL}
      printf 'Authorised people only.\\nThis is not output.\\n' >/etc/issue.net
      printf '%s\\n' ${lines} >${DROP_IN}
      sshd -t; systemctl reload ssh`);
    const effective = async (): Promise<boolean> => /maxauthtries 2/.test(await onTarget("sshd -T"));
    await until("the SSH server has its settings", 20_000, effective);
    ownKeys = await onTarget(`cat ~${ACCOUNT}/.ssh/authorized_keys`);
  });

  it("gets a new key where root alone decides, and a job on the runner logs in with it", async () => {
    const { code, all } = await rehearsal.run(["ghrunners", "rotate", "deploy-key", "--apply"]);
    assert.equal(code, 0, all);
    assert.match(all, /the key of the secret logged in from/);
    assert.equal(await marked(CENTRAL), 1);
    assert.equal(await onTarget(`stat --format='%U %a' ${CENTRAL}`), "root 644");
    assert.equal(await onTarget(`cat ~${ACCOUNT}/.ssh/authorized_keys`), ownKeys);
    const { stdout } = await rehearsal.run(["ghrunners", "rotate", "deploy-key", "--dry-run", "--json"]);
    assert.equal((JSON.parse(stdout) as { opens: boolean }).opens, true, stdout);
  });

  it("gets a version by a whole deployment through GitHub, and goes back from a half-broken one", async () => {
    await chosen(rehearsal, "primary");
    const version = (await wholeVersion(rehearsal).catch(() => "none")) === "2" ? "1" : "2";
    const ended = await deploy(version).end();
    assert.equal(ended.code, 0, ended.all);
    assert.equal(recordOf(ended).outcome, "succeeded");
    assert.ok(!ended.all.includes("This is not output"), ended.all);
    const broken = await deploy("3-half-broken").end();
    assert.deepEqual([broken.code, recordOf(broken).outcome], [1, "rolled_back"], broken.all);
    assert.equal(await wholeVersion(rehearsal), version);
  });

  it("is all right for the doctor, which looks at the target and its incidents", async () => {
    const { checks } = await rehearsal.json<DoctorReport>("ghrunners", "doctor", "--limit", "120");
    const ofTarget = checks.filter(({ subject }) => subject === "app");
    assert.ok(ofTarget.length >= 2, JSON.stringify(ofTarget));
    assert.deepEqual(
      ofTarget.filter(({ state }) => state !== "ok"),
      [],
    );
  });

  it("shows no drift; a key of somebody else in root's file is found there, and its repair removes it", async () => {
    const drift = (): Promise<DriftReport> => rehearsal.json("ghrunners", "drift");
    const { findings, errors } = await drift();
    assert.deepEqual([findings, errors], [[], []]);
    await onTarget(`echo 'ssh-ed25519 AAAAC3evil ghrunners-deploy:${rehearsal.session.stack}:X' >>${CENTRAL}`);
    const seen = await drift();
    assert.deepEqual(
      seen.findings.map(({ id }) => id),
      ["key-unknown"],
    );
    assert.match(seen.findings[0]?.repair ?? "", /\/etc\/ssh\/authorized_keys\/operator-lab/);
    await onTarget(`sed -i /AAAAC3evil/d ${CENTRAL}`);
    assert.deepEqual((await drift()).findings, []);
  });
});
