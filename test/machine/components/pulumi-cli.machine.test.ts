import assert from "node:assert/strict";
import type { Finished } from "@ghrunners/core/process";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import { MachineRig } from "../../unit/lab/machines/rig";
import { componentScript } from "./support/runner-host";

const VMID = 175;

/** An archive as its maker's: one folder with the CLI and a plugin. Prints its SHA-256. */
const archive = (version: string, says = `v${version}`, folder = "pulumi"): string => `
  rm -rf /root/archive && mkdir -p /root/archive/${folder} && cd /root/archive
  printf '#!/bin/sh\\n[ "$(id -un)" = root ] && { echo root; exit 1; }\\necho ${says}\\n' >${folder}/pulumi
  printf '#!/bin/sh\\n' >${folder}/pulumi-language-nodejs
  chmod 4755 ${folder}/*; tar -czf /root/${version}.tar.gz ${folder}; sha256sum /root/${version}.tar.gz | cut -d ' ' -f 1`;

describe("the Pulumi CLI on a host", function () {
  this.timeout(120_000);
  const rig = new MachineRig("pulumi");
  const sh = (script: string): string => rig.sh(VMID, script);

  before(async () => {
    await rig.up();
    await rig.backend.start(VMID, rig.settings(VMID, { diskBytes: 2 ** 30 }));
    await rig.sshComesUp(VMID);
  });
  after(() => rig.down());

  const script = (verb: string, VERSION: string, ARCHIVE_SHA256: string): Finished => {
    const parameters = { MACHINE: "", VERSION, ARCHIVE_URL: `file:///root/${VERSION}.tar.gz`, ARCHIVE_SHA256 };
    return rig.script(VMID, renderScript(componentScript("pulumi-cli.sh"), parameters), verb);
  };
  const install = (version: string, made = archive(version)): Finished => script("install", version, sh(made));
  const seen = (): string =>
    sh("cd /; runuser -u nobody pulumi version; ls /usr/local/lib/ghrunners/pulumi | cut -d - -f 1");

  it("is there for every user, with its plugins, and nothing of it may do more than its caller", () => {
    const { code, stdout, stderr } = install("3.280.0");
    assert.equal(code, 0, stderr);
    assert.equal(stdout.trim(), "pulumi 3.280.0");
    assert.equal(seen(), "v3.280.0\n3.280.0");
    assert.equal(
      sh("find -L /usr/local/bin -name 'pulumi*' -user root -perm 755 | sort | xargs -n 1 basename"),
      "pulumi\npulumi-language-nodejs",
    );
  });

  it("is not downloaded again while it is there", () => {
    const sha256 = sh("sha256sum /root/3.280.0.tar.gz | cut -d ' ' -f 1");
    sh("mv /root/3.280.0.tar.gz /root/away");
    assert.equal(script("install", "3.280.0", sha256).code, 0);
    assert.equal(seen(), "v3.280.0\n3.280.0");
  });

  it("is replaced by another version, and the former one stays for a job that runs it", () => {
    assert.equal(install("3.281.0").code, 0);
    assert.equal(seen(), "v3.281.0\n3.280.0\n3.281.0");
    assert.equal(install("3.282.0").code, 0);
    assert.equal(seen(), "v3.282.0\n3.281.0\n3.282.0");
  });

  it("stays as it is where an archive is another than expected, in words", () => {
    sh(archive("3.283.0"));
    const altered = script("install", "3.283.0", "0".repeat(64));
    assert.equal(altered.code, 1);
    assert.match(altered.stderr, /SHA-256 mismatch of .*3\.283\.0.*expected 0{64}\. Nothing was installed\.[^]*Next: /);
    const other = install("3.284.0", archive("3.284.0", "v3.1.0"));
    assert.equal(other.code, 1);
    assert.match(other.stderr, /contains the Pulumi CLI 'v3\.1\.0', expected v3\.284\.0/);
    const strange = install("3.285.0", archive("3.285.0", "v3.285.0", "else"));
    assert.equal(strange.code, 1);
    assert.match(strange.stderr, /holds .*else.*Expected pulumi\/pulumi/);
    assert.equal(script("install", "3.286.0", "0".repeat(64)).code, 1);
    assert.equal(seen(), "v3.282.0\n3.281.0\n3.282.0");
  });

  it("goes, and what a person put in its place stays", () => {
    sh("ln -sfn /usr/bin/true /usr/local/bin/pulumi-own");
    assert.equal(script("remove", "3.282.0", "").code, 0);
    assert.equal(
      sh("ls /usr/local/bin/ | grep pulumi; ls -d /usr/local/lib/ghrunners 2>/dev/null || true"),
      "pulumi-own",
    );
  });
});
