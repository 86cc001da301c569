import assert from "node:assert/strict";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as fc from "fast-check";
import { toolchainEnvironment } from "@ghrunners/lab/toolchain/index";
import { buildArguments, goVersionAtLeast } from "@ghrunners/lab/toolchain/build";
import { archiveName, checksumFor } from "@ghrunners/lab/toolchain/download";
import { speaksOfFullDisk, speaksOfNetwork } from "@ghrunners/lab/toolchain/errors";
import { findPart, installedPlugin, onPath } from "@ghrunners/lab/toolchain/find-part";
import { layout, manifestText, readToolchain, type ToolchainPart } from "@ghrunners/lab/toolchain/manifest";
import {
  goDirective,
  lockedVersions,
  PARTS,
  requiredVersion,
  wantedParts,
  type WantedPart,
} from "@ghrunners/lab/toolchain/parts";
import { prometheusSource, releaseOfModule } from "@ghrunners/lab/toolchain/prometheus";
import { elapsed } from "@ghrunners/lab/toolchain/progress";
import { hashOf, readSource } from "@ghrunners/lab/toolchain/source";
import { projectRoot } from "@ghrunners/core/project-root";

function wanted(name: string, version = "1.2.3"): WantedPart {
  const part = PARTS.find((candidate) => candidate.name === name);
  assert.ok(part, name);
  return { ...part, version };
}

describe("toolchain: what is wanted", () => {
  it("takes plugin versions from the lock file and leaves out plugins whose SDK is not installed", () => {
    const lock = JSON.stringify({
      packages: {
        "": { version: "0" },
        "node_modules/@pulumi/command": { version: "1.2.1" },
        "node_modules/a/node_modules/@pulumi/random": { version: "9.9.9" },
      },
    });
    const parts = wantedParts(lockedVersions(lock), "3.1.0").map(({ name, version }) => `${name} ${version}`);
    assert.deepEqual(parts, ["pulumi 3.1.0", "language-nodejs 3.1.0", "command 1.2.1"]);
  });

  it("asks for the versions of this project's SDKs, and for @pulumi/command 1.x", () => {
    const source = readSource(projectRoot);
    const versions = new Map(source.parts.map((part) => [part.name, part.version]));
    assert.match(versions.get("command") ?? "", /^1\./);
    assert.match(versions.get("pulumi") ?? "", /^3\./);
    assert.equal(readSource(projectRoot).key, source.key, "the key is stable");
  });

  it("reads go.mod and says what is missing in it", () => {
    assert.equal(requiredVersion("require (\n\texample.com/a v1.2.3 // indirect\n)", "example.com/a"), "1.2.3");
    assert.throws(() => requiredVersion("module x", "example.com/a"), /does not require example.com\/a/);
    assert.equal(goDirective("module x\n\ngo 1.26\n"), "1.26");
  });

  it("hashes texts apart that differ only in where they are cut", () => {
    fc.assert(fc.property(fc.string(), fc.string({ minLength: 1 }), (a, b) => hashOf([a, b]) !== hashOf([a + b])));
  });
});

describe("toolchain: Prometheus 3, for tests", () => {
  const { parts, moduleKeys } = prometheusSource(projectRoot);
  const promtool = parts.find(({ name }) => name === "promtool");

  it("has the release that its Go module's version stands for", () => {
    assert.equal(releaseOfModule("0.316.0"), "3.16.0");
    assert.equal(releaseOfModule("0.305.2"), "3.5.2");
    for (const wrong of ["0.316", "1.316.0", "3.16.0"])
      assert.throws(() => releaseOfModule(wrong), /Expected 0\.XYY\.Z/);
    assert.deepEqual(new Set(parts.map(({ version }) => version.split(".")[0])), new Set(["3"]));
  });

  it("is no part of the toolchain, so that npm start does not make it", () => {
    const made = readSource(projectRoot);
    assert.ok(made.parts.every(({ place }) => place !== "tool"));
    for (const module of moduleKeys.keys()) assert.ok(!made.moduleKeys.has(module), module);
  });

  it("is built with the version in it, without the clients of clouds", () => {
    assert.ok(promtool);
    const words = buildArguments({ ...promtool, version: "3.1.0" }, "out").join(" ");
    assert.match(words, /-tags netgo,remove_all_sd -ldflags .*version\.Version=3\.1\.0 -o out \S+\/cmd\/promtool$/);
  });

  it("is found on PATH only in exactly the wanted version", async () => {
    assert.ok(promtool);
    const folder = mkdtempSync(path.join(tmpdir(), "ghrunners-promtool-"));
    try {
      const file = path.join(folder, "promtool");
      writeFileSync(file, "#!/bin/sh\necho 'promtool, version 3.1.0 (branch: HEAD, revision: 7086161)'\n", {
        mode: 0o755,
      });
      const env = { PATH: `${folder}:/bin` };
      assert.equal(await findPart({ ...promtool, version: "3.1.0" }, env), file);
      assert.equal(await findPart({ ...promtool, version: "3.1" }, env), undefined);
      assert.equal(await findPart({ ...promtool, version: "3.2.0" }, env), undefined);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("toolchain: found, downloaded, built", () => {
  it("names the archives as the official releases do", () => {
    assert.equal(archiveName(wanted("pulumi"), "linux-amd64"), "pulumi-v1.2.3-linux-x64.tar.gz");
    assert.equal(archiveName(wanted("command"), "linux-arm64"), "pulumi-resource-command-v1.2.3-linux-arm64.tar.gz");
  });

  it("finds a checksum by the exact name only", () => {
    const sums = `${"a".repeat(64)}  x.tar.gz.sig\n${"B".repeat(64)} *x.tar.gz\nnonsense`;
    assert.equal(checksumFor(sums, "x.tar.gz"), "b".repeat(64));
    assert.equal(checksumFor(sums, "y.tar.gz"), undefined);
  });

  it("looks for a plugin where the CLI installs it", () => {
    const file = installedPlugin(wanted("random"), "/home/x/.pulumi");
    assert.equal(file, "/home/x/.pulumi/plugins/resource-random-v1.2.3/pulumi-resource-random");
    assert.equal(onPath("no-such-program", "/usr/bin:relative"), undefined);
    assert.equal(onPath("sh", "relative:/bin"), "/bin/sh");
  });

  it("links the version into the program", () => {
    assert.match(buildArguments(wanted("pulumi"), "out").join(" "), /version\.Version=v1\.2\.3 -o out github/);
    assert.match(
      buildArguments(wanted("command"), "out").join(" "),
      /-X main\.version=1\.2\.3 -o out \.\/resource-command/,
    );
  });

  it("compares Go versions by number", () => {
    assert.ok(goVersionAtLeast("1.26.8", "1.26"));
    assert.ok(goVersionAtLeast("1.100", "1.26.1"));
    assert.ok(!goVersionAtLeast("1.9", "1.26"));
    fc.assert(fc.property(fc.nat(99), fc.nat(99), (a, b) => goVersionAtLeast(`1.${a}`, `1.${b}`) === a >= b));
  });

  it("tells a full disk from a missing network", () => {
    assert.ok(speaksOfFullDisk("write /x: no space left on device"));
    assert.ok(speaksOfNetwork("reading m: 403 Forbidden"));
    assert.ok(!speaksOfNetwork("./main.go:3: undefined: x"));
  });
});

describe("toolchain: the manifest", () => {
  it("is believed only while every part has its size", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "ghrunners-manifest-"));
    try {
      const { binDir, manifest } = layout(folder);
      assert.equal(readToolchain(folder), undefined);
      mkdirSync(binDir);
      const file = path.join(binDir, "pulumi");
      writeFileSync(file, "12345");
      const part: ToolchainPart = { name: "pulumi", version: "1", origin: "built", note: "n", path: file };
      writeFileSync(manifest, manifestText(folder, [part]));
      assert.deepEqual(readToolchain(folder)?.parts, [part]);
      writeFileSync(file, "1234");
      assert.equal(readToolchain(folder), undefined, "a part that was cut off counts as missing");
      writeFileSync(manifest, "{");
      assert.equal(readToolchain(folder), undefined, "a torn manifest counts as none");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("gives the engine this toolchain's plugins and no others", () => {
    const env = toolchainEnvironment(
      { pulumi: "/t/bin/pulumi", home: "/t/home", binDir: "/t/bin", parts: [] },
      { PATH: "/bin" },
    );
    assert.equal(env.PULUMI_HOME, "/t/home");
    assert.equal(env.PATH, "/t/bin:/bin");
    assert.equal(env.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION, "true");
  });

  it("tells times as people do", () => {
    assert.equal(elapsed(41_600), "42 s");
    assert.equal(elapsed(185_000), "3 min 05 s");
  });
});
