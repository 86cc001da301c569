import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Octokit } from "@octokit/rest";
import { upkeepExitCode } from "@ghrunners/cli/upkeep/render";
import { findInFiles, proposeUpkeep } from "@ghrunners/cli/upkeep/run";
import { GitHubClient } from "@ghrunners/core/github/client";
import { TestEmulator, owner, repo } from "@ghrunners/lab/driver/emulator";
import { sha256 } from "@ghrunners/lab/github/runner-tokens";
import type { TokenPermissions } from "@ghrunners/lab/github/seed";
import { botLogin } from "@ghrunners/lab/github/workflows/job-message";

const here = { owner, repo };
const repository = `${owner}/${repo}`;
const branch = "ghrunners/upkeep-staging";
const file = "Pulumi.staging.yaml";
const staging = `config:
  # The team's.
  ghrunners:proxmox: { endpoint: "https://pve.example:8006/", node: pve1, templateId: 9000 }
  ghrunners:github: { repository: ${repository} }
  ghrunners:agent:
    version: 2.335.1 # raised by pull requests
`;
const production = "config:\n  ghrunners:promotion: { from: staging }\n";

const releases = [
  { version: "2.335.1", published: "2026-05-11T12:00:00Z" },
  { version: "2.336.0", published: "2026-06-15T12:00:00Z" },
  { version: "2.337.0", published: "2026-07-20T12:00:00Z", prerelease: true },
].map((release, index) => ({
  ...release,
  file: `actions-runner-linux-x64-${release.version}.tar.gz`,
  sha256: String(index).repeat(64),
  os: "linux",
  architecture: "x64",
}));

/** What upkeep.yml grants its job. */
const ofJob = { metadata: "read", contents: "write", pull_requests: "write" } as const satisfies TokenPermissions;

describe("ghrunners upkeep at GitHub", function () {
  this.timeout(60_000);
  let emulator: TestEmulator;
  let person: Octokit;

  beforeEach(async () => {
    const tokens = [
      ["person", "operator", { ...ofJob, administration: "write" }],
      ["job", botLogin, ofJob],
      ["reader", "operator", { ...ofJob, contents: "read" }],
    ] as const;
    emulator = await TestEmulator.start((seed) => ({
      ...seed,
      tokens: tokens.map(([text, login, permissions]) => ({ sha256: sha256(text), login, permissions })),
    }));
    publish(releases);
    person = await emulator.client("person");
    await commit({ [file]: staging, "Pulumi.production.yaml": production }, "main");
  });
  afterEach(() => emulator.stop());

  function publish(manifest: readonly object[]): void {
    const folder = path.join(emulator.folder, "distributions");
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "manifest.json"), JSON.stringify(manifest));
  }
  async function commit(files: Readonly<Record<string, string>>, to: string): Promise<void> {
    const { data: tip } = await person.repos.getCommit({ ...here, ref: to });
    const tree = Object.entries(files).map(([name, content]) => ({
      ...{ path: name, content, mode: "100644" as const, type: "blob" as const },
    }));
    const { data: made } = await person.git.createTree({ ...here, base_tree: tip.commit.tree.sha, tree });
    const change = { ...here, message: "Mine", tree: made.sha, parents: [tip.sha] };
    const { data } = await person.git.createCommit(change);
    await person.git.updateRef({ ...here, ref: `heads/${to}`, sha: data.sha });
  }
  const open = (token: string): GitHubClient =>
    new GitHubClient({ url: emulator.url, fullName: repository }, token, { fetch: emulator.fetch as typeof fetch });
  const sources = (token: string) => ({ stack: "staging", runners: open(token), read: async () => undefined });
  const upkeep = (token = "person") => proposeUpkeep(open(token), repository, sources(token));
  const writes = (): number => emulator.exchanges.filter(({ method }) => method !== "GET").length;
  const pulls = async () => (await person.pulls.list({ ...here, state: "all" })).data;
  const onMain = (): Promise<string> => open("person").textOf(file, "main");
  const allowActions = (allowed: boolean) =>
    person.actions.setGithubActionsDefaultWorkflowPermissionsRepository({
      ...here,
      can_approve_pull_request_reviews: allowed,
    });

  it("only looks without --propose", async () => {
    const before = writes();
    const { report } = await findInFiles({ [file]: staging }, "here", sources("person"));
    assert.deepEqual(
      report.items.map(({ what, state, now, newest }) => [what, state, now, newest]),
      [
        ["runner", "newer", "2.335.1", "2.336.0"],
        ["image", "unwatched", null, null],
      ],
    );
    assert.deepEqual([upkeepExitCode(report), writes()], [1, before]);
  });

  it("proposes, and after the merge has nothing to propose and changes nothing", async () => {
    const { proposal, followers } = await upkeep();
    const [pull, ...more] = await pulls();
    assert.ok(pull !== undefined && more.length === 0);
    assert.deepEqual(proposal, {
      repository,
      branch,
      state: "opened",
      pullRequest: { number: pull.number, url: pull.html_url },
    });
    assert.deepEqual(followers, [{ stack: "production", pins: [] }]);
    assert.equal(pull.title, "staging: runner 2.336.0");
    assert.match(pull.body ?? "", /\| runner \| 2\.335\.1 \| 2\.336\.0 \| \*\*2026-07-15\*\*: 2\.336\.0 was published/);
    assert.match(pull.body ?? "", /^ {4}ghrunners rollback-runners --stack staging$/m);
    const before = writes();
    assert.equal((await upkeep()).proposal?.state, "open");
    assert.equal(writes(), before);

    await person.pulls.merge({ ...here, pull_number: pull.number });
    const expected = staging.replace("2.335.1", "2.336.0");
    assert.equal(await onMain(), expected);
    assert.equal(await open("person").textOf("Pulumi.production.yaml", "main"), production);
    const merged = writes();
    const again = await upkeep();
    assert.deepEqual(again.proposal, { repository, branch, state: "nothing", pullRequest: null });
    assert.deepEqual([upkeepExitCode(again), writes(), (await pulls()).length], [0, merged, 1]);
  });

  it("updates its open pull request when another version comes out", async () => {
    await upkeep();
    publish(releases.map((release) => ({ ...release, prerelease: false })));
    const { proposal } = await upkeep();
    const [pull, ...more] = await pulls();
    assert.deepEqual([proposal?.state, pull?.title, more.length], ["updated", "staging: runner 2.337.0", 0]);
    const { data: commits } = await person.repos.listCommits({ ...here, sha: branch });
    assert.equal(commits[0]?.parents[0]?.sha, (await person.repos.getCommit({ ...here, ref: "main" })).data.sha);
  });

  it("does not propose again what was closed without a merge, until something newer is out", async () => {
    const { proposal: first } = await upkeep();
    const number = first?.pullRequest?.number ?? 0;
    await person.pulls.update({ ...here, pull_number: number, state: "closed" });
    const before = writes();
    const { proposal } = await upkeep();
    assert.deepEqual([proposal?.state, proposal?.pullRequest?.number, writes()], ["declined", number, before]);

    publish(releases.map((release) => ({ ...release, prerelease: false })));
    assert.equal((await upkeep()).proposal?.state, "opened");
    assert.deepEqual(
      (await pulls()).map(({ title, state }) => [title, state]),
      [
        ["staging: runner 2.337.0", "open"],
        ["staging: runner 2.336.0", "closed"],
      ],
    );
  });

  it("proposes again what was merged and taken back", async () => {
    const { proposal } = await upkeep();
    await person.pulls.merge({ ...here, pull_number: proposal?.pullRequest?.number ?? 0 });
    await commit({ [file]: staging }, "main");
    assert.equal((await upkeep()).proposal?.state, "opened");
  });

  it("does not touch a branch to which someone else has added a commit", async () => {
    await upkeep();
    await commit({ [file]: "mine\n" }, branch);
    const { data: before } = await person.git.getRef({ ...here, ref: `heads/${branch}` });
    await assert.rejects(upkeep(), /Seen a branch ghrunners\/upkeep-staging .*Nothing was changed/);
    const { data: after } = await person.git.getRef({ ...here, ref: `heads/${branch}` });
    assert.equal(after.object.sha, before.object.sha);
  });

  it("says what a job's token lacks, and goes on from its branch once the setting is on", async () => {
    await assert.rejects(upkeep("job"), (error: Error) => {
      assert.match(
        error.message,
        /refused to open a pull request .*"GitHub Actions is not permitted to create or approve/,
      );
      assert.match(error.message, /Expected the setting "Allow GitHub Actions to create and approve pull requests"/);
      assert.match(
        error.message,
        /with Contents: write, Pull requests: write\. Next: turn the setting on, or put such/,
      );
      assert.match(error.message, /the secret UPKEEP_TOKEN of the environment upkeep/);
      return true;
    });
    assert.deepEqual(await pulls(), []);
    await allowActions(true);
    const { items, proposal } = await upkeep("job");
    assert.equal(proposal?.state, "opened");
    // It may read no runner applications: the releases say what is newest, and when the old one is due.
    assert.deepEqual([items[0]?.newest, items[0]?.due], ["2.336.0", "2026-07-15T12:00:00.000Z"]);
    await allowActions(false);
    // GitHub refuses a job to open a pull request, not to change one.
    publish(releases.map((release) => ({ ...release, prerelease: false })));
    assert.equal((await upkeep("job")).proposal?.state, "updated");
  });

  it("names the permission that another token lacks, without those of workflows", async () => {
    await assert.rejects(upkeep("reader"), (error: Error) => {
      assert.match(
        error.message,
        /refused to store a file .*The token lacks Contents: write\. Expected .*Contents: write, Pull requests: write\. Next: add/,
      );
      assert.doesNotMatch(error.message, /Workflows/);
      return true;
    });
  });

  it("takes the end that GitHub announces, with a token that may read it", async () => {
    const days = 5;
    await emulator.admin("PUT", "faults/version-deadline", { version: "2.335.1", days });
    const { report } = await findInFiles({ [file]: staging }, "here", sources("person"));
    assert.match(report.items[0]?.dueBecause ?? "", /^GitHub ends 2\.335\.1 on /);
    const { report: ofJobs } = await findInFiles({ [file]: staging }, "here", sources("job"));
    assert.match(ofJobs.items[0]?.dueBecause ?? "", /^2\.336\.0 was published on 2026-06-15/);
  });

  it("refuses a file that is missing or has other settings", async () => {
    await assert.rejects(
      findInFiles({}, "here", sources("person")),
      /Seen no Pulumi\.staging\.yaml in here\. Expected .*Next: /,
    );
    const wrong = staging.replace("2.335.1", "newest");
    await assert.rejects(
      findInFiles({ [file]: wrong }, "here", sources("person")),
      /Pulumi\.staging\.yaml: [\s\S]*agent\.version\nNext: ghrunners doctor/,
    );
  });
});
