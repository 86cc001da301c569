import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { readScript } from "@ghrunners/components/scripts/read-script";
import { renderScript } from "@ghrunners/core/ssh/render-script";

describe("the Pulumi CLI beside what a person has put in its place", function () {
  this.timeout(60_000);
  let scratch: string;
  let links: string;
  let sha256: string;

  before(function () {
    if (process.getuid?.() !== 0) this.skip();
  });
  beforeEach(() => {
    scratch = mkdtempSync(path.join(tmpdir(), "ghr-pulumi-"));
    chmodSync(scratch, 0o755);
    links = path.join(scratch, "bin");
    mkdirSync(links);
    sha256 =
      sh(`mkdir pulumi; printf '#!/bin/sh\\necho v3.280.0\\n' >pulumi/pulumi; cp pulumi/pulumi pulumi/pulumi-language-nodejs
      chmod 755 pulumi/*; tar -czf archive.tar.gz pulumi; sha256sum archive.tar.gz | cut -d ' ' -f 1`).trim();
  });
  afterEach(() => rmSync(scratch, { recursive: true }));

  const sh = (line: string): string => spawnSync("sh", ["-c", line], { cwd: scratch, encoding: "utf8" }).stdout;
  const at = (name: string): string => path.join(links, name);
  function run(verb: "install" | "remove"): { code: number | null; words: string } {
    const text = readScript("pulumi-cli.sh").replaceAll("=/usr/local/", `=${scratch}/`);
    const ARCHIVE_URL = `file://${scratch}/archive.tar.gz`;
    const input = renderScript(text, { MACHINE: "", VERSION: "3.280.0", ARCHIVE_URL, ARCHIVE_SHA256: sha256 });
    const ended = spawnSync("bash", ["-s", "--", verb], { input, encoding: "utf8", timeout: 30_000 });
    return { code: ended.status, words: `${ended.stdout}${ended.stderr}` };
  }

  it("is linked where nothing is, and leaves no link that is half-made", () => {
    writeFileSync(at("pulumi.new"), "a person's\n");
    assert.deepEqual(run("install"), { code: 0, words: "pulumi 3.280.0\n" });
    assert.deepEqual(run("install"), { code: 0, words: "pulumi 3.280.0\n" });
    assert.equal(sh(`ls -A ${links}`), "pulumi\npulumi-language-nodejs\npulumi.new\n");
    assert.equal(run("remove").code, 0);
    assert.equal(sh(`ls -A ${links}`), "pulumi.new\n");
    assert.equal(readFileSync(at("pulumi.new"), "utf8"), "a person's\n");
  });

  for (const [what, name, made, seen] of [
    ["link", "pulumi", "ln -s /opt/own/pulumi", "a link to /opt/own/pulumi"],
    ["file", "pulumi", "echo own >", "a file of root's"],
    ["plugin", "pulumi-language-nodejs", "ln -s /opt/own/plugin", "a link to /opt/own/plugin"],
  ] as const)
    it(`refuses in words to replace a person's own ${what}, and keeps it`, () => {
      sh(`${made} ${at(name)}`);
      const { code, words } = run("install");
      assert.equal(code, 1);
      const next = `Next: mv ${at(name)} ${at(name)}.before on that host, then pulumi up\n`;
      assert.ok(words.startsWith(`${at(name)} on `) && words.includes(` is ${seen}, which`), words);
      assert.ok(words.endsWith(next), words);
      if (made.startsWith("ln")) assert.equal(readlinkSync(at(name)), made.slice("ln -s ".length));
      else assert.equal(readFileSync(at(name), "utf8"), "own\n");
      assert.equal(existsSync(at("pulumi")), what === "file");
      assert.equal(run("remove").code, 0);
      assert.match(sh(`ls ${links}`), new RegExp(`^${name}$`, "m"));
      sh(`mv ${at(name)} ${at(name)}.before`);
      assert.deepEqual(run("install"), { code: 0, words: "pulumi 3.280.0\n" });
    });
});
