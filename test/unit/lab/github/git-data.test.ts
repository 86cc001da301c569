import assert from "node:assert/strict";
import type { Octokit } from "@octokit/rest";
import { pullRequestPermissions } from "@ghrunners/core/vocabulary/github-permissions";
import { TestEmulator, owner, repo } from "@ghrunners/lab/driver/emulator";
import { sha256 } from "@ghrunners/lab/github/runner-tokens";
import type { TokenPermissions } from "@ghrunners/lab/github/seed";

const here = { owner, repo };
const without = (name: keyof typeof pullRequestPermissions): TokenPermissions =>
  Object.fromEntries(Object.entries(pullRequestPermissions).filter(([each]) => each !== name));

interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly response: { readonly headers: Readonly<Record<string, string>> };
}

describe("objects and refs at the lab's GitHub", function () {
  this.timeout(60_000);
  let emulator: TestEmulator;
  let writer: Octokit;
  let limited: Octokit;
  let base: { sha: string; tree: string };

  before(async () => {
    const token = (text: string, permissions: TokenPermissions) => ({
      sha256: sha256(text),
      login: "operator",
      permissions,
    });
    emulator = await TestEmulator.start((seed) => ({
      ...seed,
      tokens: [token("writer", pullRequestPermissions), token("limited", without("workflows"))],
    }));
    writer = await emulator.client("writer");
    limited = await emulator.client("limited");
    const { data } = await writer.repos.getCommit({ ...here, ref: "main" });
    base = { sha: data.sha, tree: data.commit.tree.sha };
  });
  after(() => emulator.stop());

  const treeOf = async (octokit: Octokit, path: string, content: string, base_tree = base.tree): Promise<string> => {
    const tree = [{ path, content, mode: "100644", type: "blob" } as const];
    return (await octokit.git.createTree({ ...here, base_tree, tree })).data.sha;
  };
  const commitOf = async (tree: string, parents = [base.sha]): Promise<string> =>
    (await writer.git.createCommit({ ...here, message: "Change", tree, parents })).data.sha;
  const refused = (work: Promise<unknown>): Promise<Refusal> =>
    work.then(
      () => assert.fail("it was accepted"),
      (error: Refusal) => error,
    );

  it("keep what a tree had, and take a file out", async () => {
    const sha = await treeOf(writer, "text/new.txt", "new\n");
    const commit = await commitOf(sha);
    const { data: kept } = await writer.repos.getContent({ ...here, path: ".github/workflows", ref: commit });
    assert.ok(Array.isArray(kept) && kept.length === 2);
    const gone = { path: "text/new.txt", mode: "100644", type: "blob", sha: null } as const;
    const { data } = await writer.git.createTree({ ...here, base_tree: sha, tree: [gone] });
    assert.equal(data.sha, base.tree);
  });

  it("refuse workflow files to a token without Workflows: write, as GitHub does", async () => {
    assert.match(await treeOf(limited, "README.md", "fine\n"), /^[0-9a-f]{40}$/);
    const { status, message, response } = await refused(treeOf(limited, ".github/workflows/new.yml", "on: push\n"));
    assert.deepEqual([status, message.split(" - ")[0]], [403, "Resource not accessible by personal access token"]);
    assert.equal(response.headers["x-accepted-github-permissions"], "contents=write; contents=write,workflows=write");
    // Nor by a commit of another token, nor by leaving the folder out.
    const commit = await commitOf(await treeOf(writer, ".github/workflows/new.yml", "on: push\n"));
    assert.equal((await refused(limited.git.createRef({ ...here, ref: "refs/heads/sly", sha: commit }))).status, 403);
    const removal = { path: ".github/workflows/smoke.yml", mode: "100644", type: "blob", sha: null } as const;
    const removed = limited.git.createTree({ ...here, base_tree: base.tree, tree: [removal] });
    assert.equal((await refused(removed)).status, 403);
    assert.equal((await writer.git.createRef({ ...here, ref: "refs/heads/open", sha: commit })).status, 201);
    const { data: pull } = await limited.pulls.create({ ...here, title: "Workflows", head: "open", base: "main" });
    assert.equal((await refused(limited.pulls.merge({ ...here, pull_number: pull.number }))).status, 403);
  });

  it("start the workflows of a pushed commit, and move a branch only forwards unless forced", async () => {
    const onPush = "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps: [{ run: 'true' }]\n";
    const first = await commitOf(await treeOf(writer, ".github/workflows/on-push.yml", onPush));
    await writer.git.createRef({ ...here, ref: "refs/heads/moved", sha: first });
    assert.deepEqual(
      emulator.services.store.state.actions.runs.map(({ event, headSha }) => [event, headSha]),
      [["push", first]],
    );
    const other = await commitOf(await treeOf(writer, "other.txt", "other\n"));
    const move = { ...here, ref: "heads/moved", sha: other };
    assert.match((await refused(writer.git.updateRef(move))).message, /Update is not a fast forward/);
    assert.equal((await writer.git.updateRef({ ...move, force: true })).data.object.sha, other);
  });

  it("are merged with every open pull request by the administration, as a person would", async () => {
    await writer.git.createRef({
      ...here,
      ref: "refs/heads/by-hand",
      sha: await commitOf(await treeOf(writer, "b", "b")),
    });
    const { data } = await writer.pulls.create({ ...here, title: "By hand", head: "by-hand", base: "main" });
    const merged = (await emulator.admin("POST", "merge")) as number[];
    assert.ok(merged.includes(data.number), merged.join());
    assert.equal((await writer.pulls.get({ ...here, pull_number: data.number })).data.merged, true);
    assert.deepEqual(await emulator.admin("POST", "merge"), []);
  });

  it("refuse what is not there, in GitHub's words", async () => {
    const none = "1".repeat(40);
    const said = async (work: Promise<unknown>): Promise<string> => (await refused(work)).message.split(" - ")[0] ?? "";
    const tree = [{ path: "a", mode: "100644", type: "blob", sha: none } as const];
    assert.equal(await said(writer.git.createTree({ ...here, tree })), "GitRPC::BadObjectState");
    assert.equal(await said(commitOf(none)), "Tree SHA does not exist");
    assert.equal(await said(commitOf(base.tree, [none])), "Parent SHA does not exist or is not a commit object");
    assert.equal(
      await said(writer.git.createRef({ ...here, ref: "refs/heads/x", sha: none })),
      "Object does not exist",
    );
    const again = writer.git.createRef({ ...here, ref: "refs/heads/main", sha: base.sha });
    assert.equal(await said(again), "Reference already exists");
    const missing = writer.git.updateRef({ ...here, ref: "heads/none", sha: base.sha });
    assert.equal(await said(missing), "Reference does not exist");
    assert.match(await said(treeOf(writer, "../up", "x")), /malformed path component/);
  });
});
