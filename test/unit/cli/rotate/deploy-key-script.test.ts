import assert from "node:assert/strict";
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { withKeyFiles } from "@ghrunners/cli/drift/key-files";
import { projectRoot } from "@ghrunners/core/project-root";
import { renderScript } from "@ghrunners/core/ssh/render-script";

const script = withKeyFiles(path.join(projectRoot, "packages/cli/rotate/scripts/deploy-key.sh"));
const MARK = "ghrunners-deploy:lab:DEPLOY_KEY";
const [own, old, fresh] = ["ssh-ed25519 AAAAown owner", `ssh-ed25519 AAAAold ${MARK}`, `ssh-ed25519 AAAAnew ${MARK}`];

/** The script on this machine, whose account database and SSH server answer as the test says. */
describe("the keys of a deployment target, where its SSH server reads them", () => {
  const { username } = userInfo();
  let scratch: string;
  let home: string;

  beforeEach(() => {
    scratch = mkdtempSync(path.join(tmpdir(), "ghr-keys-"));
    home = path.join(scratch, "home");
    mkdirSync(path.join(home, ".ssh"), { recursive: true });
    mkdirSync(path.join(scratch, "bin"));
    program("getent", `echo '${username}:x:${process.getuid?.()}:${process.getgid?.()}::${home}:/bin/sh'`);
  });
  afterEach(() => rmSync(scratch, { recursive: true }));

  const program = (name: string, line: string): void =>
    writeFileSync(path.join(scratch, "bin", name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  /** What the server says of a login of the account; a question without its name is refused, as by OpenSSH. */
  const server = (settings: string): void =>
    program("sshd", `case $3 in user=${username},*,addr=*) printf '${settings}\\n' ;; *) exit 1 ;; esac`);
  const keysIn = (file: string, ...lines: string[]): string => {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `${lines.join("\n")}\n`);
    return file;
  };
  const linesOf = (file: string): string[] => readFileSync(file, "utf8").trimEnd().split("\n");

  function run(verb: string, more: Record<string, string> = {}): SpawnSyncReturns<string> {
    const input = renderScript(script, { ACCOUNT: username, MARK, ...more });
    const env = { ...process.env, PATH: `${path.join(scratch, "bin")}:${process.env.PATH}`, GHRUNNERS_ROOT: scratch };
    return spawnSync("bash", ["-s", "--", verb], { input, env, encoding: "utf8" });
  }
  function answer(verb: string, more: Record<string, string> = {}): string[] {
    const { status, stdout, stderr } = run(verb, more);
    assert.equal(status, 0, stderr);
    return stdout.trimEnd().split("\n");
  }

  it("are in the home folder where the server says so, and where there is none to ask", () => {
    const file = keysIn(path.join(home, ".ssh/authorized_keys"), own, old);
    const seen = [`in ${file}`, "ssh-ed25519 AAAAold", "ssh-ed25519 AAAAnew"];
    server("authorizedkeysfile .ssh/authorized_keys .ssh/authorized_keys2");
    assert.deepEqual(answer("authorise", { LINE: fresh }), seen);
    program("sshd", "exit 255");
    assert.deepEqual(answer("show"), seen);
    assert.deepEqual(answer("retire", { KEEP: "ssh-ed25519 AAAAnew" }), [`in ${file}`, "ssh-ed25519 AAAAnew"]);
    assert.deepEqual(linesOf(file), [own, fresh]);
  });

  it("are in another file, which keeps its mode; a line that the server does not read authorises nothing", () => {
    keysIn(path.join(home, ".ssh/authorized_keys"), old);
    const file = keysIn(path.join(scratch, "etc", username), own);
    server(`authorizedkeysfile ${scratch}/etc/%%u`);
    assert.deepEqual(answer("show"), [`in ${file}`]);
    const mode = statSync(file).mode;
    assert.deepEqual(answer("authorise", { LINE: fresh }), [`in ${file}`, "ssh-ed25519 AAAAnew"]);
    assert.deepEqual(linesOf(file), [own, fresh]);
    assert.equal(statSync(file).mode, mode);
  });

  it("are in a new file of the user's own, of a folder that is there", () => {
    mkdirSync(path.join(scratch, "etc"));
    server(`authorizedkeysfile ${scratch}/etc/%%u`);
    answer("authorise", { LINE: fresh });
    assert.equal(statSync(path.join(scratch, "etc", username)).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(path.join(scratch, "etc")), [username]);
  });

  it("are retired in every file that the server reads", () => {
    const first = keysIn(path.join(home, ".ssh/authorized_keys"), fresh);
    const second = keysIn(path.join(home, ".ssh/authorized_keys2"), own, old);
    server("authorizedkeysfile %%h/.ssh/authorized_keys .ssh/authorized_keys2");
    assert.deepEqual(answer("show").length, 3);
    assert.deepEqual(answer("retire", { KEEP: "ssh-ed25519 AAAAnew" }), [`in ${first}`, "ssh-ed25519 AAAAnew"]);
    assert.deepEqual([linesOf(first), linesOf(second)], [[fresh], [own]]);
  });

  it("are refused in words where a command alone decides, before anything is written", () => {
    server("authorizedkeysfile none\\nauthorizedkeyscommand /usr/bin/sss_ssh_authorizedkeys");
    const { status, stderr } = run("authorise", { LINE: fresh });
    assert.equal(status, 1);
    assert.match(stderr, /reads no file with keys of .+AuthorizedKeysCommand \/usr\/bin\/sss_ssh_authorizedkeys\)/);
    assert.match(stderr, /Next: set AuthorizedKeysFile for this user/);
    assert.ok(!existsSync(path.join(home, ".ssh/authorized_keys")));
  });

  it("are refused in words where the folder is missing", () => {
    server(`authorizedkeysfile ${scratch}/absent/%%u`);
    const { status, stderr } = run("show");
    assert.equal(status, 1);
    assert.match(stderr, /there is no folder .+\/absent\. .+Next: install -d -m 0755/);
  });

  it("are refused in words where the file is somebody else's", function () {
    if (process.getuid?.() !== 0) this.skip();
    const file = keysIn(path.join(scratch, "etc", username), own);
    spawnSync("chown", ["nobody", file]);
    server(`authorizedkeysfile ${file}`);
    const { status, stderr } = run("authorise", { LINE: fresh });
    assert.equal(status, 1);
    assert.match(stderr, /which belongs to nobody\. Nothing was changed\. Expected root or /);
    assert.deepEqual(linesOf(file), [own]);
  });
});
