import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { checkRelease } from "@ghrunners/components/resources/release";
import { resolvePulumi } from "@ghrunners/components/resources/pulumi-release";
import { choosePulumi } from "@ghrunners/components/runner/plan-release";
import { GitHubClient } from "@ghrunners/core/github/client";
import { TestEmulator, owner, repo } from "@ghrunners/lab/driver/emulator";

const name = "pulumi-v3.280.0-linux-x64.tar.gz";

describe("the archive of the Pulumi CLI", () => {
  const programs = mkdtempSync(path.join(tmpdir(), "programs-"));
  let emulator: TestEmulator;
  let github: GitHubClient;
  before(async () => {
    mkdirSync(programs, { recursive: true });
    for (const [program, says] of [
      ["pulumi", "v3.280.0"],
      ["pulumi-language-nodejs", ""],
    ] as const) {
      writeFileSync(path.join(programs, program), `#!/bin/sh\necho ${says}\n`);
      chmodSync(path.join(programs, program), 0o755);
    }
    emulator = await TestEmulator.start((seed) => ({ ...seed, pulumiPrograms: programs }));
    const where = { url: emulator.url, fullName: `${owner}/${repo}` };
    github = new GitHubClient(where, "operator-token", { fetch: emulator.fetch as typeof fetch });
  });
  after(async () => {
    await emulator.stop();
    rmSync(programs, { recursive: true });
  });

  const inputs = (version: string) => ({ githubUrl: emulator.url, repository: `${owner}/${repo}`, version });

  it("is that of the version's release at GitHub, with its digest, and holds one folder with the CLI", async () => {
    const { url, sha256 } = await resolvePulumi(github, inputs("3.280.0"));
    assert.equal(url, `${emulator.url}/pulumi/pulumi/releases/download/v3.280.0/${name}`);
    const reply = await emulator.fetch(url);
    const body = Buffer.from(await reply.arrayBuffer());
    assert.equal(createHash("sha256").update(body).digest("hex"), sha256);
    const names = execFileSync("tar", ["-tzf", "-"], { input: body, encoding: "utf8" }).trim().split("\n").sort();
    assert.deepEqual(names, ["pulumi/", "pulumi/pulumi", "pulumi/pulumi-language-nodejs"]);
  });

  it("is asked for once: the state keeps it until the version changes", async () => {
    const asked: (string | undefined)[] = [];
    const check = (olds: object, version: string) =>
      checkRelease(olds, inputs(version), (news) => {
        asked.push(news.version);
        return resolvePulumi(github, news);
      });
    const first = await check({}, "3.280.0");
    assert.deepEqual(await check(first, "3.280.0"), first);
    assert.deepEqual(asked, ["3.280.0"]);
    await assert.rejects(check(first, "3.281.0"), /no Pulumi CLI 3\.281\.0 for linux x64: seen no release v3\.281\.0/);
  });

  it("is refused without a checksum, and where the release has no file for these machines", () => {
    const file = { name, url: "https://example.com/a", sha256: undefined };
    assert.throws(
      () => choosePulumi([file], "3.280.0"),
      /gives no SHA-256 for pulumi-v3\.280\.0.*Next: pulumi config set/,
    );
    assert.throws(() => choosePulumi([], "3.280.0"), /seen a release without pulumi-v3\.280\.0-linux-x64\.tar\.gz/);
    assert.throws(() => choosePulumi(undefined, "3.280.0"), /seen no release v3\.280\.0 of pulumi\/pulumi/);
  });
});
