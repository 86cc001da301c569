import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { logUnits } from "@ghrunners/core/vocabulary/logs";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import { alloyUnit, renderAlloy } from "@ghrunners/components/runner/render-alloy";
import { MachineRig } from "../../../unit/lab/machines/rig";
import type { Finished } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";

const script = readFileSync(path.join(projectRoot, "components", "scripts", "alloy.sh"), "utf8");
const vmid = 163;
const origin = { host: "runner-1", environment: "test", role: "primary", unit: "actions.runner.o-r.runner-1.service" };

/**
 * In place of Alloy, which cannot be downloaded here: it takes any configuration without the word "wrong", and runs.
 */
const standIn = (version: number): string => `#!/bin/sh
# version ${version}
case $1 in
  fmt) ! grep wrong "$2" >&2 ;;
  run) exec sleep infinity ;;
esac
`;

/** The installation script as the program runs it, with a stand-in of the program that it installs. */
describe("installation of Alloy", function () {
  this.timeout(120_000);
  const rig = new MachineRig("alloytest");
  before(async () => {
    await rig.up();
    await rig.backend.start(vmid, rig.settings(vmid));
    await rig.sshComesUp(vmid);
  });
  after(() => rig.down());

  /** Puts an archive on the machine. @returns its SHA-256 */
  function archive(file: string, program: string): string {
    const make = `import sys, zipfile; zipfile.ZipFile("${file}", "w").writestr(zipfile.ZipInfo("alloy-linux-amd64"), sys.stdin.read())`;
    rig.run(vmid, ["python3", "-c", make], program);
    return createHash("sha256")
      .update(Buffer.from(rig.exec(vmid, "base64", "-w0", file), "base64"))
      .digest("hex");
  }

  const run = (verb: string, changes: Record<string, string>): Finished =>
    rig.script(
      vmid,
      renderScript(script, {
        MACHINE: "00:00:00:00:00:01",
        UNIT: logUnits.alloy,
        ARCHIVE_URL: "file:///root/one.zip",
        ALLOY_CONFIGURATION: renderAlloy(origin, { lokiUrl: "http://192.0.2.9:3100/loki/api/v1/push" }),
        UNIT_FILE: alloyUnit,
        ...changes,
      }),
      verb,
    );
  const started = (): string => rig.exec(vmid, "systemctl", "show", "--property=MainPID,ActiveState", logUnits.alloy);
  const program = (): string => rig.exec(vmid, "cat", "/usr/local/lib/ghrunners/alloy/alloy");

  let one = "";

  it("installs the archive whose SHA-256 fits, and starts the unit", () => {
    one = archive("/root/one.zip", standIn(1));
    const result = run("install", { ARCHIVE_SHA256: one });
    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stdout, /logs by Alloy/);
    assert.match(started(), /ActiveState=active/);
  });

  it("a second run restarts nothing", () => {
    const before = started();
    assert.equal(run("install", { ARCHIVE_SHA256: one }).code, 0);
    assert.equal(started(), before);
  });

  it("an archive other than the pinned one is refused, and the old program keeps running", () => {
    archive("/root/two.zip", standIn(2));
    const before = started();
    const result = run("install", { ARCHIVE_URL: "file:///root/two.zip", ARCHIVE_SHA256: "0".repeat(64) });
    assert.equal(result.code, 1);
    assert.match(
      result.stderr,
      /SHA-256 mismatch of .*two\.zip: seen [0-9a-f]{64}, expected 0{64}\. Nothing was installed/,
    );
    assert.match(program(), /version 1/);
    assert.equal(started(), before);
  });

  it("a configuration that Alloy rejects leaves the old one in use", () => {
    const before = rig.exec(vmid, "cat", "/etc/ghrunners/logs/config.alloy");
    const result = run("install", { ARCHIVE_SHA256: one, ALLOY_CONFIGURATION: "wrong" });
    assert.equal(result.code, 1);
    assert.match(result.stderr, /refuses its new configuration; the old one stays/);
    assert.equal(rig.exec(vmid, "cat", "/etc/ghrunners/logs/config.alloy"), before);
  });

  it("a new release replaces the old one", () => {
    const two = archive("/root/two.zip", standIn(2));
    const before = started();
    const result = run("install", { ARCHIVE_URL: "file:///root/two.zip", ARCHIVE_SHA256: two });
    assert.equal(result.code, 0, result.stderr);
    assert.match(program(), /version 2/);
    assert.notEqual(started(), before);
  });

  it("removal leaves nothing", () => {
    assert.equal(run("remove", { ARCHIVE_SHA256: one }).code, 0);
    const left = rig.exec(
      vmid,
      "sh",
      "-c",
      "find /etc /usr/local /var/lib -iname '*alloy*'; ls -d /etc/ghrunners/logs 2>/dev/null; systemctl list-units --all --plain --no-legend '*alloy*'; true",
    );
    assert.equal(left, "");
  });
});
