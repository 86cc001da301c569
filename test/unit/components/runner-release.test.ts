import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { checkRelease } from "@ghrunners/components/resources/release";
import { resolveRelease, watchEnd } from "@ghrunners/components/resources/runner-release";
import { chooseDownload } from "@ghrunners/components/runner/plan-release";
import { GitHubClient } from "@ghrunners/core/github/client";
import { thresholds } from "@ghrunners/monitoring/thresholds";
import { TestEmulator, owner, repo } from "@ghrunners/lab/driver/emulator";

/** The newest release and the one before it, as a folder of distributions. */
const manifest = ["2.336.0", "2.337.0"].map((version, index) => ({
  version,
  file: `actions-runner-linux-x64-${version}.tar.gz`,
  sha256: String(index).repeat(64),
  os: "linux",
  architecture: "x64",
}));

describe("the archive of a runner's version, asked of GitHub", () => {
  let emulator: TestEmulator;
  let github: GitHubClient;
  before(async () => {
    emulator = await TestEmulator.start();
    mkdirSync(path.join(emulator.folder, "distributions"), { recursive: true });
    writeFileSync(path.join(emulator.folder, "distributions/manifest.json"), JSON.stringify(manifest));
    const where = { url: emulator.url, fullName: `${owner}/${repo}` };
    github = new GitHubClient(where, "operator-token", { fetch: emulator.fetch as typeof fetch });
  });
  after(() => emulator.stop());

  async function chosen(version: string): Promise<{ url: string; sha256: string }> {
    const [offered, release, ends] = await Promise.all([
      github.downloads(),
      github.runnerRelease(version),
      github.registrationEnds(version),
    ]);
    return chooseDownload({ offered, release, ends }, version, Date.now());
  }
  const archive = async (version: string): Promise<string> => (await chosen(version)).sha256;

  it("is offered for the newest version alone", async () => {
    assert.deepEqual(
      (await github.downloads()).map(({ filename }) => filename),
      ["actions-runner-linux-x64-2.337.0.tar.gz"],
    );
    assert.equal(await archive("2.337.0"), "1".repeat(64));
  });

  it("comes from the release, with its digest, for an older one", async () =>
    assert.equal(await archive("2.336.0"), "0".repeat(64)));

  it("is that of the newest version where none is asked for, and stays when a newer one is out", async () => {
    const inputs = { githubUrl: emulator.url, repository: `${owner}/${repo}` };
    const asked: (string | undefined)[] = [];
    const check = (olds: object, version?: string) =>
      checkRelease(olds, { ...inputs, version }, (news) => {
        asked.push(news.version);
        return resolveRelease(github, news);
      });
    const publish = (releases: object[]): void =>
      writeFileSync(path.join(emulator.folder, "distributions/manifest.json"), JSON.stringify(releases));
    const first = await check({});
    assert.deepEqual(first, { ...inputs, version: "2.337.0", ...(await chosen("2.337.0")) });
    const newer = { ...manifest[1]!, version: "2.338.0", file: "actions-runner-linux-x64-2.338.0.tar.gz" };
    publish([...manifest, newer]);
    assert.equal((await github.downloads())[0]?.filename, newer.file);
    assert.deepEqual(await check(first), first);
    assert.deepEqual(asked, [undefined], "an unchanged stack asks GitHub nothing");

    const raised = await check(first, "2.338.0");
    assert.equal(raised.version, "2.338.0");
    assert.deepEqual(await check(raised), raised, "the setting is taken back: the version stays");
    assert.equal((await check({})).version, "2.338.0", "replaced: nothing in the state, so the newest");
    publish([...manifest, { ...newer, prerelease: true }]);
    assert.equal((await check({})).version, "2.337.0", "a pre-release is not offered");
    publish([]);
    await assert.rejects(check({}), /GitHub offers no runner for linux x64.*Next: pulumi config set/);
    publish(manifest);
  });

  it("is warned of as long as the alerts are before its end, and refused from then on", async () => {
    const day = 24 * 60 * 60 * 1000;
    const now = Date.now();
    const said = async (days: number): Promise<string[]> => {
      await emulator.admin("PUT", "faults/version-deadline", { version: "2.336.0", days });
      const lines: string[] = [];
      await watchEnd(github, "2.336.0", now, (line) => lines.push(line));
      return lines;
    };
    try {
      assert.deepEqual(await said(thresholds.versionDeadlineSeconds.info / 86_400 + 1), []);
      const [line = "", ...others] = await said(5.5);
      assert.deepEqual(others, []);
      assert.match(
        line,
        /^warning: 2\.336\.0 ends on \d{4}-\d\d-\d\d, in 5 days; .*Next: pulumi config set --path 'ghrunners:agent\.version' 2\.337\.0, then pulumi up$/,
      );
      assert.ok(line.includes(new Date(now + 5.5 * day).toISOString().slice(0, 10)));
      await assert.rejects(
        said(-1),
        /^Error: the runners' version 2\.336\.0 ended on .*Expected a newer one; offered: 2\.337\.0\. Next: pulumi config set/,
      );
    } finally {
      await emulator.admin("DELETE", "faults/version-deadline");
    }
    const lines: string[] = [];
    await watchEnd(github, "2.337.0", now, (line) => lines.push(line));
    const silent = {
      registrationEnds: () => Promise.reject(new Error("no answer")),
      downloads: () => Promise.resolve([]),
    };
    await watchEnd(silent, "2.336.0", now, (line) => lines.push(line));
    assert.deepEqual(lines, []);
  });

  it("is refused for a version that never was, and for one whose end is past", async () => {
    await assert.rejects(archive("2.335.9"), /GitHub has no runner 2\.335\.9/);
    await emulator.admin("PUT", "faults/version-deadline", { version: "2.336.0", days: -1 });
    await assert.rejects(archive("2.336.0"), /has not let the runner 2\.336\.0 register since/);
  });
});
