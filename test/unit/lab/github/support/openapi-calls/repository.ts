import assert from "node:assert/strict";
import { fastImport } from "@ghrunners/lab/github/repository/fast-import";
import { git } from "@ghrunners/lab/github/repository/git";
import { owner } from "@ghrunners/lab/driver/emulator";
import { type ApiCalls, here } from "./context";

/** Calls about accounts, contents, issues, pull requests and objects of git. */
export const repositoryCalls: ApiCalls = {
  "accounts, repository, contents": async ({ operator }) => {
    await operator.users.getAuthenticated();
    await operator.users.getByUsername({ username: "reviewer" });
    await operator.repos.getCollaboratorPermissionLevel({ ...here, username: "reviewer" });
    await operator.repos.listCollaborators({ ...here, permission: "push" });
    await operator.users.listPublicKeysForUser({ username: "reviewer" });
    await operator.users.listGpgKeysForUser({ username: "reviewer" });
    await operator.orgs.get({ org: owner });
    await assert.rejects(operator.orgs.get({ org: "nobody" }), { status: 404 });
    await operator.meta.get();
    await operator.rateLimit.get();
    await operator.repos.get(here);
    await operator.repos.getBranch({ ...here, branch: "main" });
    await operator.repos.listBranches(here);
    await operator.repos.listCommits(here);
    await operator.repos.getCommit({ ...here, ref: "main" });
    await assert.rejects(operator.repos.getCommit({ ...here, ref: "none" }), { status: 422 });
    await operator.git.getRef({ ...here, ref: "heads/main" });
    await operator.repos.getContent({ ...here, path: ".github/workflows/smoke.yml" });
    const { data } = await operator.repos.getContent({ ...here, path: ".github/workflows" });
    assert.ok(
      Array.isArray(data) && data.some(({ path, type }) => path === ".github/workflows/smoke.yml" && type === "file"),
    );
  },

  issues: async ({ operator }) => {
    const { data } = await operator.issues.create({ ...here, title: "broken", body: "it is", labels: ["incident"] });
    const issue = { ...here, issue_number: data.number };
    await operator.issues.get(issue);
    await operator.issues.listForRepo({ ...here, state: "all", labels: "incident", per_page: 1 });
    await operator.issues.update({
      ...issue,
      state: "closed",
      state_reason: "completed",
      labels: ["incident", "seen"],
    });
    const { data: open } = await operator.issues.listForRepo(here);
    assert.deepEqual(open, []);
    await assert.rejects(operator.issues.get({ ...here, issue_number: 999 }), { status: 404 });
    await assert.rejects(operator.issues.create({ ...here, title: "" }), { status: 422 });
  },

  "pull requests, and comments": async ({ emulator, operator }) => {
    const { repository } = emulator.services;
    const change = { path: "app.txt", mode: "100644", content: Buffer.from("one") };
    const refs = [{ name: "refs/heads/topic", parent: repository.head() }];
    const plan = { refs, changes: [change], author: "operator", message: "Change", now: 0 };
    git(repository.folder, ["fast-import", "--quiet"], fastImport(plan));
    repository.changed();
    const { data } = await operator.pulls.create({ ...here, title: "Change", head: `${owner}:topic`, base: "main" });
    const pull = { ...here, pull_number: data.number };
    await operator.pulls.get(pull);
    await operator.pulls.list({ ...here, head: `${owner}:topic` });
    await operator.pulls.update({ ...pull, title: "Another change", state: "closed" });
    await assert.rejects(operator.pulls.create({ ...here, title: "x", head: "none", base: "main" }), { status: 422 });
    await assert.rejects(operator.pulls.get({ ...here, pull_number: 999 }), { status: 404 });
    const issue = { ...here, issue_number: data.number };
    await operator.issues.get(issue);
    const { data: comment } = await operator.issues.createComment({ ...issue, body: "seen" });
    await operator.issues.updateComment({ ...here, comment_id: comment.id, body: "seen twice" });
    await operator.issues.getComment({ ...here, comment_id: comment.id });
    const { data: comments } = await operator.issues.listComments(issue);
    assert.deepEqual(
      comments.map(({ body }) => body),
      ["seen twice"],
    );
    await assert.rejects(operator.issues.createComment({ ...issue, body: "" }), { status: 422 });
  },

  "objects of git, refs, and a merge": async ({ emulator, operator }) => {
    const developer = await emulator.client("developer-token");
    const { data: blob } = await developer.git.createBlob({ ...here, content: "b25l", encoding: "base64" });
    const { data: base } = await developer.repos.getCommit({ ...here, ref: "main" });
    const file = { path: "objects.txt", mode: "100644", type: "blob", sha: blob.sha } as const;
    const { data: tree } = await developer.git.createTree({
      ...here,
      base_tree: base.commit.tree.sha,
      tree: [file, { ...file, path: "run/me.sh", mode: "100755" }],
    });
    const commit = { ...here, message: "Add objects", tree: tree.sha, parents: [base.sha] };
    const { data: one } = await developer.git.createCommit(commit);
    await developer.git.getCommit({ ...here, commit_sha: one.sha });
    await developer.git.createRef({ ...here, ref: "refs/heads/a/branch", sha: base.sha });
    await developer.git.updateRef({ ...here, ref: "heads/a/branch", sha: one.sha });
    const { data: pull } = await developer.pulls.create({ ...here, title: "Objects", head: "a/branch", base: "main" });
    await developer.pulls.merge({ ...here, pull_number: pull.number });
    await assert.rejects(developer.pulls.merge({ ...here, pull_number: pull.number }), { status: 405 });
    await assert.rejects(operator.git.createBlob({ ...here, content: "one" }), { status: 403 });
  },

  "the archive of the default branch": async ({ operator }) => {
    const { data } = await operator.repos.downloadTarballArchive({ ...here, ref: "main" });
    assert.deepEqual([...Buffer.from(data as ArrayBuffer).subarray(0, 2)], [0x1f, 0x8b], "it is gzip");
    await assert.rejects(operator.repos.downloadTarballArchive({ ...here, ref: "other" }), { status: 404 });
  },
};
