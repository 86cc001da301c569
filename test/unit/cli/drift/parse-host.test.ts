import assert from "node:assert/strict";
import { parseAuthorizedKey, parseHost } from "@ghrunners/cli/drift/parse-host";
import { repairsFor } from "@ghrunners/cli/drift/repair";
import { quote } from "@ghrunners/core/ssh/render-script";

describe("what drift reads of a host", () => {
  it("has authorised keys with options and comments", () => {
    assert.deepEqual(parseAuthorizedKey("a", "/k", 'from="192.0.2.1",no-pty ssh-ed25519 AAAA+/= a comment'), {
      user: "a",
      file: "/k",
      key: "ssh-ed25519 AAAA+/=",
      comment: "a comment",
    });
    assert.equal(parseAuthorizedKey("a", "/k", "nonsense"), undefined);
  });

  it("has a repair that quotes a file with keys for both shells where its name needs that", () => {
    const repair = repairsFor("lab", { url: "https://github.com", fullName: "octo-org/demo-app" }, "lab").removeKey(
      { user: "u", host: "h" },
      "/etc/a key",
      "k A",
    );
    assert.ok(repair.endsWith(` ${quote(quote("/etc/a key"))}`), repair);
  });

  it("has the facts of its unit, and each key with its file", () => {
    const output = "key\trunner\t/k\tssh-ed25519 AAAA x\ty\nunit\tenabled\tenabled\nunit\tdropIns\t/a /b\n";
    assert.deepEqual(parseHost("one", output).keys, [
      { user: "runner", file: "/k", key: "ssh-ed25519 AAAA", comment: "x\ty" },
    ]);
    assert.deepEqual(parseHost("one", output).unit?.dropIns, ["/a", "/b"]);
    assert.equal(parseHost("one", `${output}unit\twritable\t''\n`).unit?.writable, "");
    assert.equal(parseHost("one", `${output}unit\twritable\t/opt/x\n`).unit?.writable, "/opt/x");
    assert.equal(parseHost("target", "key\tr\t/k\tssh-ed25519 AAAA x\n").unit, undefined);
  });

  it("has its clock and how full it is", () => {
    const read = (facts: string) => parseHost("one", facts).vitals;
    assert.deepEqual(read("host\tnow\t1764000000.5\nhost\tdisk\t  30 90\nhost\tinodes\t  0 0\n"), {
      clock: 1_764_000_000.5,
      disk: 0.25,
      inodes: 0,
    });
    assert.ok(Number.isNaN(read("").disk));
  });
});
