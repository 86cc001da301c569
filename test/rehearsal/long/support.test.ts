import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { SupportReport } from "@ghrunners/cli/support/render";
import { issuedTokens } from "../support/process-watch.worker";
import { primary, Rehearsal, secondary } from "@ghrunners/lab/driver/rehearsal";
import { privateLines, SecretScanner } from "../support/secret-scan";
import { undoneAfter } from "../../support/undone-after";

describe("the archive of a bug report", () => {
  const undo = undoneAfter();

  it("holds what each part of the stack shows and no secret, and lists what could not be read", async () => {
    const rehearsal = await Rehearsal.ready();
    const { secrets, instance } = rehearsal.lab;
    const uuid = secrets.proxmoxToken.slice(secrets.proxmoxToken.indexOf("=") + 1);
    const canary = `ghp_${randomBytes(18).toString("hex")}`;
    const planted = [
      { name: "Proxmox VE token", value: uuid },
      { name: "GitHub token", value: secrets.githubToken },
      { name: "SSH private key", value: privateLines(secrets.sshPrivateKey) },
      { name: "passphrase", value: secrets.passphrase },
      { name: "canary", value: canary },
    ];
    const says = `echo deploys with ${canary}; echo asks with ${uuid}`;
    await rehearsal.inMachine(primary.vmId, "systemd-run", "--wait", "--unit", "ghrunners-planted", "sh", "-c", says);
    await rehearsal.labCommand("host", "up", "app");
    undo(() => rehearsal.inMachine(secondary.vmId, "systemctl", "start", "ssh"));
    await rehearsal.inMachine(secondary.vmId, "systemctl", "stop", "ssh");
    const folder = mkdtempSync(path.join(tmpdir(), "ghr-report-"));
    undo(() => rmSync(folder, { recursive: true, force: true }));
    const file = path.join(folder, "support.tar.gz");

    const written = await rehearsal.run(["ghrunners", "support", "--output", file]);
    assert.equal(written.code, 0, written.all);
    assert.match(written.stdout, /hosts\/lab-runner\.txt .* [1-9]\d* redacted\n/);
    assert.match(written.stdout, /Not read\n[^]*hosts\/lab-runner-secondary\.txt: .*does not answer/);
    assert.equal(statSync(file).mode & 0o777, 0o600);

    execFileSync("tar", ["-xzf", file, "-C", folder]);
    const [report = ""] = readdirSync(folder).filter((name) => name.startsWith("ghrunners-support-"));
    const read = (name: string): string => readFileSync(path.join(folder, report, name), "utf8");
    assert.match(
      read("hosts/lab-runner.txt"),
      /deploys with \[REDACTED github-token\][^]*asks with \[REDACTED proxmoxToken\]/,
    );
    const names = ["versions", "configuration", "outputs", "resources", "status", "drift", "runs", "deployments/app"];
    for (const name of names) assert.notEqual(JSON.parse(read(`${name}.json`)), null, name);
    const contents = JSON.parse(read("contents.json")) as SupportReport;
    assert.deepEqual(
      contents.missing.map(({ file: name }) => name),
      ["hosts/lab-runner-secondary.txt"],
    );
    const scanner = new SecretScanner(planted, () => issuedTokens(path.join(instance.github, "state.json")));
    const { files, found } = scanner.under([path.join(folder, report)]);
    assert.equal(files.length, contents.parts.length + 1);
    assert.deepEqual(found, []);

    const listed = await rehearsal.json<SupportReport>("ghrunners", "support", "--list");
    assert.equal(listed.file, null);
    assert.deepEqual(readdirSync(folder).sort(), [report, "support.tar.gz"].sort(), "a list writes nothing");
    const again = await rehearsal.run(["ghrunners", "support", "--output", file]);
    assert.deepEqual([again.code, /exists already/.test(again.stderr)], [2, true], again.all);
  });
});
