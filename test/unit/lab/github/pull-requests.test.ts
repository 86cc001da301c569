import assert from "node:assert/strict";
import type { Octokit } from "@octokit/rest";
import { type TestEmulator, owner, repo } from "@ghrunners/lab/driver/emulator";
import type { GitClient } from "@ghrunners/lab/driver/git-client";
import type { RunRecord } from "@ghrunners/lab/github/workflows/records";
import { until } from "@ghrunners/core/until";
import { type GitSetup, startGitSetup } from "./support/git-setup";

const here = { owner, repo };
const onPull = `name: On pull request
on: pull_request
permissions: {}
jobs:
  comment:
    runs-on: ubuntu-24.04
    permissions: { pull-requests: write }
    steps:
      - shell: bash
        env:
          TOKEN: \${{ github.token }}
          NUMBER: \${{ github.event.pull_request.number }}
          BODY: \${{ github.sha }} \${{ github.event.pull_request.head.sha }}
        run: |
          curl --fail --silent --show-error --header "Authorization: Bearer $TOKEN" \\
            --data "{\\"body\\":\\"$BODY\\"}" "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments"
`;

/** From the push of a branch to the comment of its workflow, as a person would do it. */
describe("pull requests at the lab's GitHub", function () {
  this.timeout(60_000);
  let setup: GitSetup;
  let emulator: TestEmulator;
  let client: GitClient;
  let octokit: Octokit;
  let work: string;

  before(async () => {
    setup = await startGitSetup();
    ({ emulator, client } = setup);
    octokit = await emulator.client();
    work = await client.clone("writer");
    await client.commit(work, ".github/workflows/on-pull.yml", onPull);
    await client.push("writer", work, "main");
  });
  after(() => setup.stop());

  const over = (at: number): Promise<RunRecord> =>
    until("the pull request's run is over", 20_000, () =>
      setup.runs().find((run, index) => index >= at && run.conclusion !== null),
    );
  const branch = async (name: string, file: string, content: string): Promise<string> => {
    await client.done("", "-C", work, "checkout", "--quiet", "-B", name);
    const head = await client.commit(work, file, content);
    await client.push("writer", work, name);
    return head;
  };
  const open = async (head: string, base = "main") =>
    (await octokit.rest.pulls.create({ ...here, title: `Change by ${head}`, head, base })).data;
  const comments = async (issue_number: number): Promise<(string | undefined)[]> =>
    (await octokit.rest.issues.listComments({ ...here, issue_number })).data.map(({ body }) => body);

  it("start their workflows with the merge as the commit, and the job's token may comment", async () => {
    const head = await branch("topic", "app.txt", "one\n");
    const { number, mergeable, merge_commit_sha: merge } = await open("topic");
    assert.equal(mergeable, true);
    const run = await over(0);
    assert.deepEqual(
      [run.event, run.headSha, run.ref, run.conclusion],
      ["pull_request", head, `refs/pull/${number}/merge`, "success"],
    );
    assert.deepEqual(await comments(number), [`${merge} ${head}`]);
    const fetched = await client.done("operator-token", "ls-remote", client.url, `refs/pull/${number}/*`);
    assert.deepEqual(
      fetched.split("\n").map((line) => line.split("\t")),
      [
        [head, `refs/pull/${number}/head`],
        [merge, `refs/pull/${number}/merge`],
      ],
    );
  });

  it("start again with each push of their branch, and end when their commits are part of the base", async () => {
    const before = setup.runs().length;
    const head = await branch("topic", "app.txt", "two\n");
    const run = await over(before);
    assert.deepEqual([run.headSha, run.pullRequest?.action], [head, "synchronize"]);
    const number = run.pullRequest?.number ?? 0;
    assert.equal((await comments(number)).length, 2);
    await client.push("writer", work, "HEAD:main");
    const { data } = await octokit.rest.pulls.get({ ...here, pull_number: number });
    assert.deepEqual([data.state, data.merged], ["closed", true]);
  });

  it("are refused without a branch, without commits, and twice for the same branches", async () => {
    const problem = (head: string, base?: string): Promise<string> =>
      open(head, base).then(
        () => "opened",
        (error: { response?: { data?: { errors?: { field?: string; message?: string }[] } } }) => {
          const [first] = error.response?.data?.errors ?? [];
          return first?.message ?? first?.field ?? "";
        },
      );
    assert.equal(await problem("none"), "head");
    assert.equal(await problem("topic", "none"), "base");
    assert.equal(await problem("topic"), "No commits between main and topic");
    await branch("again", "other.txt", "one\n");
    assert.equal(await problem("again"), "opened");
    assert.match(await problem("again"), /A pull request already exists for again\./);
  });

  it("start nothing while they conflict with their base", async () => {
    const start = await client.done("", "-C", work, "rev-parse", "origin/main");
    await branch("left", "conflict.txt", "left\n");
    await client.push("writer", work, "HEAD:main");
    await client.done("", "-C", work, "reset", "--quiet", "--hard", start);
    await branch("right", "conflict.txt", "right\n");
    const before = setup.runs().length;
    const { number, mergeable } = await open("right");
    assert.equal(mergeable, false);
    assert.equal(setup.runs().length, before);
    const fetched = await client.done("operator-token", "ls-remote", client.url, `refs/pull/${number}/merge`);
    assert.equal(fetched, "");
  });

  it("are closed and opened again, and count as issues", async () => {
    await client.done("", "-C", work, "checkout", "--quiet", "main");
    await branch("closed", "closed.txt", "one\n");
    const { number } = await open("closed");
    const pull = { ...here, pull_number: number };
    const before = setup.runs().length;
    assert.equal((await octokit.rest.pulls.update({ ...pull, state: "closed" })).data.state, "closed");
    assert.equal(setup.runs().length, before);
    await octokit.rest.pulls.update({ ...pull, state: "open" });
    assert.equal(setup.runs().at(-1)?.pullRequest?.action, "reopened");
    const { data } = await octokit.rest.issues.listForRepo(here);
    assert.ok(data.find((issue) => issue.number === number)?.pull_request);
  });
});
