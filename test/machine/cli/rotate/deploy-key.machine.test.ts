import assert from "node:assert/strict";
import path from "node:path";
import { withKeyFiles } from "@ghrunners/cli/drift/key-files";
import { type Finished, runProcess } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import { until } from "@ghrunners/core/until";
import { MachineRig } from "../../../unit/lab/machines/rig";

const host = 177;
const account = "runner";
const MARK = "ghrunners-deploy:test:DEPLOY_KEY";
const script = withKeyFiles(path.join(projectRoot, "packages/cli/rotate/scripts/deploy-key.sh"));

/** The script of the rotation as root on a machine with a real SSH server, which is hardened as many are. */
describe("keys of a deployment target with a hardened SSH server", function () {
  this.timeout(240_000);
  const rig = new MachineRig("deploykey");
  const sh = (lines: string): string => rig.sh(host, lines);

  before(async () => {
    await rig.up();
    await rig.backend.start(host, rig.settings(host));
    await rig.sshComesUp(host);
    sh("echo canary >/root/canary; chmod 600 /root/canary");
  });
  after(() => rig.down());

  const key = (verb: string, LINE = "", KEEP = ""): Finished =>
    rig.script(host, renderScript(script, { ACCOUNT: account, MARK, LINE, KEEP }), verb);
  const server = (...lines: string[]): string =>
    sh(`printf '%s\\n' ${lines.map((line) => `'${line}'`).join(" ")} >/etc/ssh/sshd_config.d/00-hardened.conf
      sshd -t && systemctl reload ssh`);
  const hardened = ["MaxAuthTries 2", "PermitTTY no", "Banner /etc/issue.net"];

  /** A command of this program that logs in, as a person types it. */
  function command(): Promise<Finished> {
    const hostKey = sh("cat /etc/ssh/ssh_host_ecdsa_key.pub").split(" ").slice(0, 2).join(" ");
    const named = ["--host", rig.address(host), "--user", account, "--host-key", hostKey];
    const file = ["--key-file", path.join(rig.instance.state, "key")];
    const line = ["ghrunners", "setup", "monitoring", ...named, ...file];
    return runProcess(
      ["nsenter", `--net=${rig.instance.netns}`, ...line, "--on-call-url", "http://127.0.0.1:9095/n", "--json"],
      {
        cwd: projectRoot,
        env: {
          ...process.env,
          PATH: [path.join(projectRoot, "node_modules/.bin"), process.env.PATH].join(path.delimiter),
        },
      },
    );
  }

  it("a link that the account made leads root nowhere, and the key is authorised", () => {
    const lines = `cd ~runner/.ssh; ln -s /root/canary authorized_keys.new; ln -s /root/canary .ghrunners.lock`;
    sh(`runuser -u ${account} -- bash -c '${lines}'`);
    const authorised = key("authorise", `ssh-ed25519 AAAAother ${MARK}`);
    assert.equal(authorised.code, 0, authorised.all);
    assert.equal(sh("stat --format='%U %a' /root/canary; cat /root/canary"), "root 600\ncanary");
    assert.equal(sh("stat --format='%U' ~runner/.ssh ~runner/.ssh/authorized_keys"), `${account}\n${account}`);
    assert.equal(sh("stat --format='%U %a' /run/ghrunners/deploy-keys"), "root 600");
    assert.equal(key("retire", "", "none").code, 0);
    assert.equal(sh("grep -c AAAAother ~runner/.ssh/authorized_keys || true"), "0");
  });

  it("are written by root where root alone decides, and the account logs in", async () => {
    sh("install -d -m 0755 /etc/ssh/authorized_keys; echo 'Welcome, this is not output.' >/etc/issue.net");
    server("AuthorizedKeysFile /etc/ssh/authorized_keys/%u", `AllowUsers ${account}`, ...hardened);
    const answer = (): Promise<string> => rig.ssh(host, "hostname").catch((error: Error) => error.message);
    // While it reads its settings again, it takes no connection.
    await until("the server asks for another key", 20_000, async () => (await answer()).includes("Permission denied"));
    const [kind, text] = rig.publicKey().split(" ");
    const authorised = key("authorise", `${kind} ${text} ${MARK}`);
    assert.equal(authorised.code, 0, authorised.all);
    assert.equal(sh(`stat --format='%U %a' /etc/ssh/authorized_keys/${account}`), "root 644");
    assert.equal(await rig.ssh(host, "hostname"), `machine-${host}`);
  });

  it("this program logs in to it, and the banner is no part of what it reads", async () => {
    const { stdout, all } = await command();
    assert.ok(stdout.startsWith("{"), all);
    assert.ok(!all.includes("Welcome"), all);
  });

  it("says where to look when the server lets the account not in, whatever its keys", async () => {
    server("AuthorizedKeysFile /etc/ssh/authorized_keys/%u", "AllowUsers somebody", ...hardened);
    const { code, all } = await command();
    assert.notEqual(code, 0);
    assert.match(
      all,
      /refuses the login of runner .*lets the user in \(AllowUsers, AllowGroups, DenyUsers, DenyGroups/,
    );
  });
});
