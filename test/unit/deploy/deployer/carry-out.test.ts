import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { carryOut, requestOf, type DeployerRequest } from "@ghrunners/deploy/deployer/carry-out";
import { parseVersion } from "@ghrunners/deploy/protocol/values";
import { lfsPointer, LocalTarget } from "../support/target";

describe("a deployment that a deployer is asked for", () => {
  let folder: string;
  let asked: DeployerRequest;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "ghr-deployer-"));
    const target = new LocalTarget();
    asked = {
      plan: target.plan({ artefact: { file: "app.tar.gz", sums: "SHA256SUMS" } }),
      folder,
      version: "2",
      action: "deploy",
      address: { host: "192.0.2.1", user: "nobody", hostKey: "" },
      privateKey: "none",
      owner: "tester",
    };
    target.remove();
    writeFileSync(path.join(folder, "app.tar.gz"), "artefact");
    sums(createHash("sha256").update("artefact").digest("hex"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const sums = (sum: string, name = "app.tar.gz"): void =>
    writeFileSync(path.join(folder, "SHA256SUMS"), `${sum}  ${name}\n`);
  const context = {
    agent: { install: "", look: "", files: [] },
    say: () => undefined,
    signal: new AbortController().signal,
  };

  it("becomes a request", () => {
    assert.equal(requestOf(asked, parseVersion("2")).request.version, "2");
  });

  it("takes a list with the line ends of Windows, as an archive of GitHub's may have it", () => {
    const file = path.join(folder, "SHA256SUMS");
    writeFileSync(file, readFileSync(file, "utf8").replaceAll("\n", "\r\n"));
    assert.equal(requestOf(asked, parseVersion("2")).artefact.toString(), "artefact");
  });

  for (const action of ["deploy", "check"] as const) {
    it(`is refused before anything is reached when the artefact is not that of its sums (${action})`, async () => {
      sums("0".repeat(64));
      await assert.rejects(
        carryOut({ ...asked, action }, context),
        /has SHA-256 .* and .*SHA256SUMS says 0{64}\. Nothing was c/,
      );
    });

    for (const version of ["", ".", "../2", "-rf"])
      it(`is refused before anything is reached with the version ${JSON.stringify(version)} (${action})`, async () => {
        await assert.rejects(carryOut({ ...asked, action, version }, context), /is not a version\. Expected/);
      });

    it(`is refused with an id that is none (${action})`, async () => {
      for (const id of ["", "../x", "a b"])
        await assert.rejects(carryOut({ ...asked, action, id }, context), /is not a deployment id\. Expected/);
    });
  }

  for (const [name, damage, words] of [
    [
      "artefact is missing",
      (file: string) => rmSync(file),
      /^Error: The artefact .*app\.tar\.gz cannot be read: ENOENT/,
    ],
    [
      "artefact is a folder",
      (file: string) => (rmSync(file), mkdirSync(file)),
      /^Error: The artefact .*cannot be read: EISDIR/,
    ],
    [
      "list is missing",
      () => rmSync(path.join(folder, "SHA256SUMS")),
      /^Error: The list of sums .*SHA256SUMS cannot be read: EN/,
    ],
    ["list is empty", () => writeFileSync(path.join(folder, "SHA256SUMS"), ""), /No SHA-256 of app\.tar\.gz was found/],
    [
      "artefact is a pointer of Git LFS",
      (file: string) => writeFileSync(file, lfsPointer(52_428_800)),
      /^Error: The artefact .*app\.tar\.gz is a pointer of Git LFS, for a file of 52428800 bytes\. Expected the file itself\. Nothing was changed\. Next: in a workflow, turn on Settings > General > Archives/,
    ],
    [
      "list is a pointer of Git LFS",
      () => writeFileSync(path.join(folder, "SHA256SUMS"), lfsPointer(90)),
      /^Error: The list of sums .*SHA256SUMS is a pointer of Git LFS, for a file of 90 bytes/,
    ],
    ["list names another file", () => sums("0".repeat(64), "other.tar.gz"), /No SHA-256 of app\.tar\.gz was found/],
  ] as const)
    it(`says which file it is when its ${name}`, () => {
      damage(path.join(folder, "app.tar.gz"));
      assert.throws(() => requestOf(asked, parseVersion("2")), words);
    });
});
