import assert from "node:assert/strict";
import { parseAuthorizedKey, parseHost } from "@ghrunners/cli/drift/parse-host";
import { repairsFor } from "@ghrunners/cli/drift/repair";
import { quote } from "@ghrunners/core/ssh/render-script";

const place = { user: "a", file: "/k", changedBy: "a" };
const removal = (file: string, changedBy: string): string =>
  repairsFor("lab", { url: "https://github.com", fullName: "octo-org/demo-app" }, "lab").removeKey(
    { user: "u", host: "h" },
    { file, changedBy },
    "k A",
  );

describe("what drift reads of a host", () => {
  it("has authorised keys with options and comments", () => {
    assert.deepEqual(parseAuthorizedKey(place, 'from="192.0.2.1",no-pty ssh-ed25519 AAAA+/= a comment'), {
      ...place,
      key: "ssh-ed25519 AAAA+/=",
      comment: "a comment",
    });
    assert.equal(parseAuthorizedKey(place, "nonsense"), undefined);
  });

  it("has a repair that quotes a file with keys for both shells where its name needs that", () => {
    assert.ok(removal("/etc/a key", "root").endsWith(` ${quote(quote("/etc/a key"))}`));
  });

  it("has a repair that root carries out only where root alone decides what is at the path", () => {
    assert.match(removal("/etc/keys/app", "root"), /^ssh u@h sudo sed -i \S+ \/etc\/keys\/app$/);
    assert.match(removal("/srv/app/keys", "app"), /^ssh u@h sudo -u app sed -i \S+ \/srv\/app\/keys$/);
  });

  it("has the facts of its unit, and each key with its file", () => {
    const output = "key\trunner\t/k\troot\tssh-ed25519 AAAA x\ty\nunit\tenabled\tenabled\nunit\tdropIns\t/a /b\n";
    assert.deepEqual(parseHost("one", output).keys, [
      { user: "runner", file: "/k", changedBy: "root", key: "ssh-ed25519 AAAA", comment: "x\ty" },
    ]);
    assert.deepEqual(parseHost("one", output).unit?.dropIns, ["/a", "/b"]);
    assert.equal(parseHost("one", `${output}unit\twritable\t''\n`).unit?.writable, "");
    assert.equal(parseHost("one", `${output}unit\twritable\t/opt/x\n`).unit?.writable, "/opt/x");
    assert.equal(parseHost("one", `${output}unit\tcredentials\tlost\n`).unit?.hasCredentials, false);
    assert.equal(parseHost("one", `${output}unit\tcredentials\tkept\n`).unit?.hasCredentials, true);
    assert.equal(parseHost("target", "key\tr\t/k\troot\tssh-ed25519 AAAA x\n").unit, undefined);
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
