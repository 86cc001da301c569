import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { withKeyFiles } from "@ghrunners/cli/drift/key-files";
import { projectRoot } from "@ghrunners/core/project-root";
import { renderScript } from "@ghrunners/core/ssh/render-script";

const MARK = "ghrunners-deploy:lab:DEPLOY_KEY";
const [own, fresh] = ["ssh-ed25519 AAAAown owner", `ssh-ed25519 AAAAnew ${MARK}`];
const SECRET = "ssh-ed25519 AAAAroots-secret only-root-reads-this";
/** The scripts end what does not end by itself after ten seconds. */
const LIMIT_MS = 60_000;

/** Scripts that run as root, and an account that makes links and pipes in the folder that they work in. */
describe("links and pipes in the folder of an account's keys", function () {
  this.timeout(2 * LIMIT_MS);
  const account = "nobody";
  let scratch: string;
  let home: string;
  let secret: string;

  before(function () {
    if (process.getuid?.() !== 0) this.skip();
  });
  beforeEach(() => {
    scratch = mkdtempSync(path.join(tmpdir(), "ghr-links-"));
    chmodSync(scratch, 0o755);
    home = path.join(scratch, "home");
    mkdirSync(path.join(scratch, "bin"));
    mkdirSync(path.join(scratch, "roots"), { mode: 0o700 });
    mkdirSync(path.join(home, ".ssh"), { recursive: true });
    secret = path.join(scratch, "roots", "authorized_keys");
    writeFileSync(secret, `${SECRET}\n`, { mode: 0o600 });
    writeFileSync(path.join(home, ".ssh/authorized_keys"), `${own}\n`, { mode: 0o600 });
    const [uid, gid] = ["-u", "-g"].map((option) => said("id", option, account).trim());
    program("getent", `echo '${account}:x:${uid}:${gid}::${home}:/bin/sh'`);
    program("sshd", "echo 'authorizedkeysfile .ssh/authorized_keys'");
    said("chown", "-R", `${account}:`, home);
  });
  afterEach(() => rmSync(scratch, { recursive: true }));

  const said = (name: string, ...args: string[]): string => spawnSync(name, args, { encoding: "utf8" }).stdout;
  const program = (name: string, line: string): void =>
    writeFileSync(path.join(scratch, "bin", name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  const inHome = (file: string): string => path.join(home, file);

  /** @returns what the script wrote, on both outputs */
  function run(script: string, verb: string, parameters: Record<string, string>): string {
    const input = renderScript(withKeyFiles(path.join(projectRoot, "packages/cli", script)), parameters);
    const env = { ...process.env, PATH: `${path.join(scratch, "bin")}:${process.env.PATH}`, GHRUNNERS_ROOT: scratch };
    const ended = spawnSync("bash", ["-s", "--", verb], { input, env, encoding: "utf8", timeout: LIMIT_MS });
    assert.notEqual(ended.status, null, "the script does not end");
    return `${ended.stdout}${ended.stderr}`;
  }
  const key = (verb: string): string =>
    run("rotate/scripts/deploy-key.sh", verb, { ACCOUNT: account, MARK, LINE: fresh, KEEP: "ssh-ed25519 AAAAnew" });
  const drift = (): string =>
    run("drift/scripts/observe-host.sh", "look", { UNIT: "", RUNNER_HOME: "/", JOB_FOLDERS: "" });

  const plants: Record<string, () => void> = {
    "a link in place of the next file": () => symlinkSync(secret, inHome(".ssh/authorized_keys.new")),
    "a pipe in place of the next file": () => said("mkfifo", inHome(".ssh/authorized_keys.new")),
    "a link in place of a lock": () => symlinkSync(secret, inHome(".ssh/.ghrunners.lock")),
    "a link in place of the folder": () => {
      rmSync(inHome(".ssh"), { recursive: true });
      symlinkSync(path.dirname(secret), inHome(".ssh"));
    },
    "a link in place of the file": () => {
      rmSync(inHome(".ssh/authorized_keys"));
      symlinkSync(secret, inHome(".ssh/authorized_keys"));
    },
    "a link to what never ends": () => {
      rmSync(inHome(".ssh/authorized_keys"));
      symlinkSync("/proc/kmsg", inHome(".ssh/authorized_keys"));
    },
    "a second name of root's file": () => {
      rmSync(inHome(".ssh/authorized_keys"));
      said("ln", secret, inHome(".ssh/authorized_keys"));
    },
    "a pipe in place of the file": () => {
      rmSync(inHome(".ssh/authorized_keys"));
      said("mkfifo", inHome(".ssh/authorized_keys"));
    },
  };

  for (const [name, plant] of Object.entries(plants))
    it(`lead root nowhere: ${name}`, () => {
      plant();
      const before = [said("stat", "--format=%U %a", secret, path.dirname(secret)), readFileSync(secret, "utf8")];
      const words = ["show", "authorise", "retire"].map(key).join("") + drift();
      assert.deepEqual(
        [said("stat", "--format=%U %a", secret, path.dirname(secret)), readFileSync(secret, "utf8")],
        before,
      );
      const readable = said("setpriv", "--reuid=nobody", "--clear-groups", "--", "grep", "-rhs", "AAAAroots", scratch);
      assert.equal(readable, "", "the account reads what only root may read");
      assert.ok(!words.includes("AAAAroots"), "what only root may read left the host");
    });

  it("are refused in words where the account may not write: root does not do it instead", () => {
    said("chown", "-R", "root:", inHome(".ssh"));
    said("chmod", "-R", "a+rX", inHome(".ssh"));
    assert.match(
      key("authorise"),
      /authorized_keys on .+ could not be changed: .*Permission denied\. Nothing was changed\. Expected nobody to be able/,
    );
    assert.equal(readFileSync(inHome(".ssh/authorized_keys"), "utf8"), `${own}\n`);
  });

  it("do no harm where there are none: the account keeps its file, which only it reads", () => {
    assert.match(key("authorise"), /^in .+\/authorized_keys\nssh-ed25519 AAAAnew\n$/);
    assert.equal(readFileSync(inHome(".ssh/authorized_keys"), "utf8"), `${own}\n${fresh}\n`);
    assert.equal(said("stat", "--format=%U %a", inHome(".ssh/authorized_keys")), "nobody 600\n");
    assert.match(drift(), /^key\tnobody\t.+\/authorized_keys\tnobody\tssh-ed25519 AAAAown owner$/m);
    assert.equal(statSync(path.join(scratch, "run/ghrunners")).mode & 0o777, 0o700);
  });
});
