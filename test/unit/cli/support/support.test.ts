import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { writeArchive } from "@ghrunners/cli/support/archive";
import { collect } from "@ghrunners/cli/support/collect";
import { redact, secretsOf } from "@ghrunners/cli/support/redact";
import { renderSupport } from "@ghrunners/cli/support/render";

const key = `-----BEGIN OPENSSH PRIVATE KEY-----\n${"QUJDRA+x".repeat(8)}\nshortLastLineOfTheKey1234\n-----END OPENSSH PRIVATE KEY-----\n`;
const secrets = secretsOf({
  "ghrunners:proxmoxToken": { value: "pve-operator-planted-1", secret: true },
  "ghrunners:sshPrivateKey": { value: key, secret: true },
  "ghrunners:receiver": {
    value: "",
    objectValue: { url: "https://chat.example/planted-hook-2", port: 1 },
    secret: true,
  },
  "ghrunners:environment": { value: "production", secret: false },
});

describe("texts of a bug report", () => {
  it("hold none of the stack's secrets, however they are written, and nothing that looks like one", () => {
    const planted = [
      "pve-operator-planted-1",
      key,
      JSON.stringify({ key }),
      JSON.stringify({ inner: JSON.stringify({ key }) }),
      "only a line: shortLastLineOfTheKey1234",
      Buffer.from("pve-operator-planted-1").toString("base64"),
      "https://chat.example/planted-hook-2",
      encodeURIComponent("https://chat.example/planted-hook-2"),
      "ghp_0123456789abcdefghijABCDEFGHIJ456789",
      "Authorization: Bearer some-unknown-thing-3",
      "postgres://app:planted-password-4@db/x",
    ];
    const { text, count } = redact(planted.join("\n"), secrets);
    assert.ok(count >= planted.length, `${count} of ${planted.length}\n${text}`);
    for (const part of ["planted", "shortLastLine", "QUJDRA", "ghp_", "some-unknown", "cHZlLW9w"])
      assert.ok(!text.includes(part), `${part} in\n${text}`);
    assert.match(text, /\[REDACTED proxmoxToken\]/);
  });

  it("hold no half of a Proxmox VE token", () => {
    const uuid = "01234567-89ab-cdef-0123-456789abcdef";
    const token = [{ name: "proxmoxToken", value: `ops@pve!ci=${uuid}` }];
    assert.equal(redact(`asks with ${uuid}`, token).text, "asks with [REDACTED proxmoxToken]");
  });

  it("keep the name of a resource whose type ends in Password, and hide a secret that stands in a name", () => {
    const type = "random:index/randomPassword:RandomPassword";
    const urn = (name: string): string => `"urn:pulumi:lab::ghrunners::${type}::secrets-${name}"\n`;
    assert.deepEqual(redact(urn("SESSION_SECRET"), secrets, true), { text: urn("SESSION_SECRET"), count: 0 });
    assert.equal(redact(urn("pve-operator-planted-1"), secrets, true).text, urn("[REDACTED proxmoxToken]"));
  });

  it("keep everything else as it is", () => {
    const plain = "runner-1 is online\nproduction 198.51.100.51 ecdsa-sha2-nistp256 AAAAE2VjZHNh\n";
    assert.deepEqual(redact(plain, secrets), { text: plain, count: 0 });
  });

  it("never show a secret value, wherever it stands", () => {
    const value = fc.string({ minLength: 8, maxLength: 40 }).filter((text) => text.trim().length >= 8);
    fc.assert(
      fc.property(value, fc.string(), fc.string(), (secret, before, after) => {
        const { text } = redact(`${before} ${secret} ${after}`, [{ name: "planted", value: secret }]);
        assert.ok(!text.includes(secret) || "[REDACTED planted]".includes(secret), text);
      }),
    );
  });
});

describe("the archive of a bug report", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "ghr-support-test-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const parts = [
    { file: "status.json", what: "status", read: () => Promise.resolve('{"token":"pve-operator-planted-1"}\n') },
    { file: "hosts/a.txt", what: "host a", read: () => Promise.reject(new Error("a refuses pve-operator-planted-1")) },
    { file: "hosts/b.txt", what: "host b", read: () => new Promise<string>(() => undefined) },
    { file: "long.txt", what: "long", read: () => Promise.resolve(`first\n${"x".repeat(99)}\n`.repeat(20_000)) },
  ];

  it("has what could be read, lists what could not with the reason, and keeps the newest lines of a long text", async () => {
    const { files, parts: read, missing } = await collect(parts, secrets, 200);
    assert.deepEqual(
      read.map(({ file, redactions, cut }) => [file, redactions, cut]),
      [
        ["status.json", 1, false],
        ["long.txt", 0, true],
      ],
    );
    assert.deepEqual(
      missing.map(({ file, reason }) => [file, reason]),
      [
        ["hosts/a.txt", "a refuses [REDACTED proxmoxToken]"],
        ["hosts/b.txt", "no answer within 0.2 s"],
      ],
    );
    const long = files.find(({ file }) => file === "long.txt")?.text ?? "";
    assert.ok(long.length <= 512 * 1024 && /^(first|x{99})\n/.test(long));
    const at = "2026-11-29T00:00:00.000Z";
    const text = renderSupport({ version: 1, stack: "production", at, file: null, parts: read, missing });
    assert.match(text, /status\.json +status +\d+ B +1 redacted\n/);
    assert.match(text, /Not read\n {2}hosts\/a\.txt: a refuses/);
    assert.match(text, /Nothing was written\. Next: ghrunners support --output/);
  });

  it("is one file that only its owner can read, and leaves nothing else behind", async () => {
    const file = path.join(folder, "a.tar.gz");
    const usual = process.env.TMPDIR;
    // A folder for temporary files that no other test uses.
    process.env.TMPDIR = mkdtempSync(path.join(folder, "tmp-"));
    try {
      await writeArchive(file, "report", [{ file: "hosts/a.txt", text: "uptime\n" }]);
      assert.deepEqual(readdirSync(tmpdir()), []);
      rmdirSync(tmpdir());
    } finally {
      if (usual === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = usual;
    }
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder), ["a.tar.gz"]);
    execFileSync("tar", ["-xzf", file, "-C", folder]);
    assert.equal(readFileSync(path.join(folder, "report/hosts/a.txt"), "utf8"), "uptime\n");
  });
});
