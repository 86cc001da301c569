import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import { projectRoot } from "@ghrunners/core/project-root";

const root = projectRoot;
const script = readFileSync(path.join(root, "components/scripts/pin-host-key.sh"), "utf8");
const host = "192.0.2.51";

describe("first contact with a machine", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "ghrunners-pin-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs the script; ssh-keyscan is one that prints these lines, so nothing goes over a network. */
  function pin(lines: readonly string[] | undefined): { status: number | null; stdout: string; stderr: string } {
    const answer = lines === undefined ? "exit 1" : `cat <<'KEYS'\n${lines.join("\n")}\nKEYS`;
    writeFileSync(path.join(folder, "ssh-keyscan"), `#!/bin/sh\n${answer}\n`, { mode: 0o755 });
    return run("1");
  }

  function run(limit: string): { status: number | null; stdout: string; stderr: string } {
    const parameters = { HOST: host, LIMIT_SECONDS: limit, MACHINE: "02:00:00:00:00:01" };
    return spawnSync("bash", ["-s"], {
      input: renderScript(script, parameters),
      encoding: "utf8",
      env: { PATH: `${folder}:${process.env["PATH"]}` },
    });
  }

  const keys = {
    comment: `# ${host}:22 SSH-2.0-OpenSSH_9.2`,
    ed25519: `${host} ssh-ed25519 AAAAed`,
    rsa: `${host} ssh-rsa AAAArsa`,
    ecdsa: `${host} ecdsa-sha2-nistp256 AAAAec`,
  };

  for (const [offered, pinned] of [
    [[keys.comment, keys.ed25519, keys.rsa, keys.ecdsa], "ecdsa-sha2-nistp256 AAAAec"],
    [[keys.rsa, keys.ed25519], "ssh-ed25519 AAAAed"],
    [[keys.comment, keys.ed25519], "ssh-ed25519 AAAAed"],
  ] as const) {
    it(`pins ${pinned.split(" ")[0]}, the key that the clients will be shown, when ${offered[0].startsWith("#") ? "a comment and " : ""}${offered.filter((line) => !line.startsWith("#")).length} keys are offered`, () => {
      assert.deepEqual(pick(pin(offered)), { status: 0, stdout: `${pinned}\n` });
    });
  }

  it("waits for the key that the clients will be shown, where a booting or busy machine shows another one first", () => {
    const count = path.join(folder, "count");
    const answer = `echo x >>${count}; echo '${keys.ed25519}'; [ $(wc -l <${count}) -lt 3 ] || echo '${keys.ecdsa}'`;
    writeFileSync(path.join(folder, "ssh-keyscan"), `#!/bin/sh\n${answer}\n`, { mode: 0o755 });
    assert.deepEqual(pick(run("30")), { status: 0, stdout: "ecdsa-sha2-nistp256 AAAAec\n" });
  });

  it("ends at the limit without an answer or with only an RSA key, and prints no key", () => {
    for (const answer of [undefined, [keys.comment], [keys.comment, keys.rsa]]) {
      const result = pin(answer);
      assert.deepEqual(pick(result), { status: 1, stdout: "" });
      assert.match(
        result.stderr,
        /192\.0\.2\.51 did not show an ECDSA or Ed25519 host key by SSH within 1 s\. Expected a booted VM .*adminCidr.*Next: /,
      );
    }
  });

  const pick = ({ status, stdout }: ReturnType<typeof pin>): object => ({ status, stdout });
});
