import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { withKeyFiles } from "@ghrunners/cli/drift/key-files";
import type { AuthorizedKey } from "@ghrunners/cli/drift/observation";
import { parseHost } from "@ghrunners/cli/drift/parse-host";
import { projectRoot } from "@ghrunners/core/project-root";
import { renderScript } from "@ghrunners/core/ssh/render-script";

const script = withKeyFiles(path.join(projectRoot, "packages/cli/drift/scripts/observe-host.sh"));

/** The script on this machine, whose account database and SSH server answer as the test says. */
describe("the keys that may log in to a host", () => {
  let scratch: string;

  beforeEach(() => {
    scratch = mkdtempSync(path.join(tmpdir(), "ghr-observed-"));
    mkdirSync(path.join(scratch, "bin"));
    // Both are this user, who need not be root to run the test.
    const ids = `x:${process.getuid?.()}:${process.getgid?.()}:`;
    program("getent", `echo 'root:${ids}:${scratch}/root:/bin/sh'; echo 'deploy:${ids}:${scratch}/deploy:/bin/sh'`);
    keysIn("root/.ssh/authorized_keys", "# a comment", "", "ssh-ed25519 AAAAroot one");
    keysIn("deploy/.ssh/authorized_keys", "ssh-ed25519 AAAAhome two");
    keysIn("keys/deploy", 'from="192.0.2.1" ssh-ed25519 AAAAelsewhere three');
  });
  afterEach(() => rmSync(scratch, { recursive: true }));

  const program = (name: string, line: string): void =>
    writeFileSync(path.join(scratch, "bin", name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  const keysIn = (file: string, ...lines: string[]): void => {
    mkdirSync(path.dirname(path.join(scratch, file)), { recursive: true });
    writeFileSync(path.join(scratch, file), `${lines.join("\n")}\n`);
  };
  function seen(): readonly AuthorizedKey[] {
    const env = { ...process.env, PATH: `${path.join(scratch, "bin")}:${process.env.PATH}` };
    const input = renderScript(script, { UNIT: "", RUNNER_HOME: "/", JOB_FOLDERS: "" });
    const { status, stdout, stderr } = spawnSync("bash", ["-s", "--", "look"], { input, env, encoding: "utf8" });
    assert.equal(status, 0, stderr);
    return parseHost("app", stdout).keys;
  }
  const key = (user: string, file: string, name: string, comment: string): AuthorizedKey => ({
    ...{ user, file: path.join(scratch, file), changedBy: user, key: `ssh-ed25519 ${name}`, comment },
  });
  const ofRoot = (): AuthorizedKey => key("root", "root/.ssh/authorized_keys", "AAAAroot", "one");

  it("are those of the files that the SSH server reads for each user, and no others", () => {
    program(
      "sshd",
      `case $3 in user=deploy,*) echo 'authorizedkeysfile ${scratch}/keys/%u' ;; ` +
        "*) echo 'authorizedkeysfile .ssh/authorized_keys .ssh/authorized_keys2' ;; esac",
    );
    assert.deepEqual(seen(), [ofRoot(), key("deploy", "keys/deploy", "AAAAelsewhere", "three")]);
  });

  it("are those of the home folders where no server can be asked", () => {
    program("sshd", "exit 255");
    assert.deepEqual(seen(), [ofRoot(), key("deploy", "deploy/.ssh/authorized_keys", "AAAAhome", "two")]);
  });
});
