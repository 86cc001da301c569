import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestEmulator, owner, repo } from "@ghrunners/lab/driver/emulator";
import type { GitClient } from "@ghrunners/lab/driver/git-client";
import { largestPush } from "@ghrunners/lab/github/repository/git";
import { sha256 } from "@ghrunners/lab/github/runner-tokens";
import { until } from "@ghrunners/core/until";
import { type GitSetup, startGitSetup } from "./support/git-setup";

const base = `/repos/${owner}/${repo}`;
const onPush = `name: On push
on: { push: { branches: [main], tags: ["v*"] } }
permissions: {}
jobs:
  fetch:
    runs-on: ubuntu-24.04
    permissions: { contents: read }
    steps:
      - name: Fetch the commit
        shell: bash
        env: { GITHUB_TOKEN: "\${{ github.token }}", COMMIT: "\${{ github.sha }}" }
        run: |
          set -euo pipefail
          GIT_CONFIG_VALUE_0="Authorization: Basic $(printf 'x-access-token:%s' "$GITHUB_TOKEN" | base64 --wrap=0)"
          export GIT_CONFIG_VALUE_0 GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=http.extraHeader
          git init --quiet
          git fetch --quiet --depth=1 "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY" "$COMMIT"
          git checkout --quiet --detach FETCH_HEAD
          cat app.txt
`;

/** The real git client against the emulator, as GitHub answers it. */
describe("git over HTTP in the lab's GitHub", function () {
  this.timeout(60_000);
  let setup: GitSetup;
  let emulator: TestEmulator;
  let client: GitClient;

  before(async () => {
    const blind = { sha256: sha256("blind"), login: "operator", permissions: { actions: "read" } } as const;
    const filesOnly = {
      sha256: sha256("no-workflows"),
      login: "operator",
      permissions: { metadata: "read", contents: "write" },
    } as const;
    setup = await startGitSetup([blind, filesOnly]);
    ({ emulator, client } = setup);
  });
  after(() => setup.stop());

  const refused = async (words: RegExp, token: string, ...args: string[]): Promise<void> => {
    const { code, said } = await client.run(token, ...args);
    assert.notEqual(code, 0, said);
    assert.match(said, words);
  };
  const url = (name = `${owner}/${repo}`): string => `${emulator.url}/${name}`;
  const clone = (token = "operator-token"): Promise<string> => client.clone(token);
  const json = async (call: string): Promise<unknown> => {
    const response = await emulator.rest("GET", call);
    assert.equal(response.status, 200, call);
    return response.json();
  };

  it("is cloned, with and without .git, and agrees with the API", async () => {
    const work = await clone();
    await client.done("operator-token", "clone", "--quiet", `${url()}.git`, "with-suffix");
    const head = await client.done("", "-C", work, "rev-parse", "HEAD");
    assert.equal(((await json(`${base}/branches/main`)) as { commit: { sha: string } }).commit.sha, head);
    assert.equal(((await json(`${base}/git/ref/heads/main`)) as { object: { sha: string } }).object.sha, head);
    const file = (await json(`${base}/contents/.github/workflows/smoke.yml`)) as { content: string; sha: string };
    assert.equal(await client.done("", "-C", work, "rev-parse", "HEAD:.github/workflows/smoke.yml"), file.sha);
  });

  it("asks for an account, and refuses a wrong token, as GitHub does", async () => {
    await refused(/could not read Username/, "", "ls-remote", url());
    const withPassword = url().replace("://", "://x-access-token:wrong@");
    await refused(/Invalid username or token.*Authentication failed/s, "", "ls-remote", withPassword);
    const response = await emulator.fetch(`${url()}/info/refs?service=git-upload-pack`);
    assert.deepEqual([response.status, response.headers.get("www-authenticate")], [401, 'Basic realm="GitHub"']);
  });

  it("says of another repository that it is not found", async () => {
    await refused(/Repository not found\./, "operator-token", "ls-remote", url(`${owner}/other`));
    const status = async (name: string): Promise<number> =>
      (
        await emulator.fetch(`${url(name)}/info/refs?service=git-upload-pack`, {
          headers: { authorization: "Bearer writer" },
        })
      ).status;
    assert.deepEqual([await status(`${owner}/other`), await status(`${owner}/${repo}`)], [404, 200]);
  });

  it("lets only a token with Contents read, and only one with Contents: write push", async () => {
    await refused(/Write access to repository not granted\..*403/s, "blind", "ls-remote", url());
    const work = await clone();
    await client.commit(work, "app.txt", "one\n");
    await refused(
      /Permission to octo-org\/demo-app\.git denied to operator\..*403/s,
      "operator-token",
      ...["-C", work, "push", "--quiet", "origin", "main"],
    );
    const report = (await emulator.admin("GET", "permissions")) as { login: string; used: Record<string, string[]> }[];
    assert.ok(report.find(({ login }) => login === "operator")?.used["contents:read"]?.includes("git fetch"));
  });

  it("takes a push, which starts workflows of the pushed commit, whose job checks that commit out", async () => {
    const work = await clone("writer");
    await client.commit(work, ".github/workflows/on-push.yml", onPush);
    const head = await client.commit(work, "app.txt", "pushed\n");
    await client.done("writer", "-C", work, "push", "--quiet", "origin", "main");
    assert.equal(((await json(`${base}/commits/main`)) as { sha: string }).sha, head);
    const conclusion = await until("the run of the push is over", 20_000, () => setup.runs().at(-1)?.conclusion);
    const run = setup.runs().at(-1);
    assert.deepEqual([run?.workflowFile, run?.headSha, run?.ref], ["on-push.yml", head, "refs/heads/main"]);
    const job = emulator.services.store.state.actions.jobs.find(({ runId }) => runId === run?.id);
    const log = emulator.services.logs.read(job?.id ?? 0) ?? "";
    assert.equal(conclusion, "success", log);
    assert.match(log, / pushed$/m);
  });

  it("takes workflow files that no branch has yet only with Workflows: write, other files without", async () => {
    const work = await clone("no-workflows");
    const push = ["-C", work, "push", "--quiet", "origin"];
    await client.commit(work, "app.txt", "other\n");
    // Its workflow files are those of the default branch.
    await client.done("no-workflows", ...push, "HEAD:refs/heads/files-only");
    await client.commit(work, ".github/workflows/new.yml", onPush);
    const words =
      /refusing to allow a Personal Access Token to create or update workflow `.github\/workflows\/new.yml` without `workflows` permission.*remote rejected/s;
    await refused(words, "no-workflows", ...push, "HEAD:refs/heads/new-workflow");
    await refused(words, "no-workflows", ...push, "HEAD:refs/heads/files-only");
    await client.done("writer", ...push, "HEAD:refs/heads/new-workflow");
    await client.done("no-workflows", ...push, "HEAD:refs/heads/files-only");
    await client.done("", "-C", work, "rm", "-r", "--quiet", ".github");
    await client.commit(work, "app.txt", "without workflows\n");
    await client.done("no-workflows", ...push, "HEAD:refs/heads/without");
    for (const name of ["new-workflow", "files-only", "without"])
      await client.done("no-workflows", ...push, "--delete", `refs/heads/${name}`);
  });

  it("takes tags and branches, dispatches on them, and shows them by the API", async () => {
    const work = await clone("writer");
    await client.done("", "-C", work, "tag", "--annotate", "--message", "First", "v1.0.0");
    await client.done("writer", "-C", work, "push", "--quiet", "origin", "v1.0.0", "HEAD:refs/heads/topic/one");
    const head = await client.done("", "-C", work, "rev-parse", "HEAD");
    const tagged = await until("the tag started a run", 10_000, () =>
      setup.runs().find(({ ref }) => ref === "refs/tags/v1.0.0"),
    );
    assert.deepEqual([tagged.event, tagged.headSha], ["push", head]);
    const ref = (await json(`${base}/git/ref/tags/v1.0.0`)) as { object: { type: string } };
    assert.equal(ref.object.type, "tag");
    const names = ((await json(`${base}/branches`)) as { name: string }[]).map(({ name }) => name);
    assert.deepEqual(names, ["main", "topic/one"]);
    const octokit = await emulator.client();
    const call = { owner, repo, workflow_id: "smoke.yml", inputs: { target: "x" } };
    await octokit.rest.actions.createWorkflowDispatch({ ...call, ref: "topic/one" });
    assert.equal(setup.runs().at(-1)?.ref, "refs/heads/topic/one");
    await assert.rejects(
      octokit.rest.actions.createWorkflowDispatch({ ...call, ref: "none" }),
      /No ref found for: none/,
    );
    const raw = { accept: "application/vnd.github.raw+json" };
    const file = await emulator.rest("GET", `${base}/contents/app.txt?ref=v1.0.0`, { headers: raw });
    assert.equal(await file.text(), "pushed\n");
  });

  it("refuses what GitHub refuses: the default branch's deletion, refs of pull requests, a pack that is too large", async () => {
    const work = await clone("writer");
    const push = ["-C", work, "push", "--quiet", "origin"];
    await refused(/deletion of the current branch prohibited/, "writer", ...push, "--delete", "main");
    await refused(/deny updating a hidden ref/, "writer", ...push, "HEAD:refs/pull/1/head");
    await refused(/hidden ref|funny refname/, "writer", ...push, "HEAD:refs/lab/seed");
    const before = await json(`${base}/branches`);
    const settings = path.join(emulator.services.repository.folder, "config");
    const text = readFileSync(settings, "utf8");
    assert.ok(text.includes(`maxInputSize = ${largestPush}\n`), text);
    // A smaller limit, so that the test is quick.
    writeFileSync(settings, text.replace(String(largestPush), "65536"));
    await client.commit(work, "large.bin", randomBytes(2 ** 17));
    await refused(/pack exceeds maximum allowed size/, "writer", ...push, "HEAD:refs/heads/large");
    writeFileSync(settings, text);
    assert.deepEqual(await json(`${base}/branches`), before);
  });

  it("follows the repository's new name", async () => {
    await emulator.admin("PUT", "faults/repository-renamed", { to: "renamed" });
    try {
      assert.match(await client.done("operator-token", "ls-remote", url(), "main"), /refs\/heads\/main/);
    } finally {
      await emulator.admin("DELETE", "faults/repository-renamed");
    }
  });

  it("says of the older protocol and of large files that they are not served", async () => {
    const headers = { authorization: "Bearer writer" };
    const old = await emulator.fetch(`${url()}/info/refs`, { headers });
    assert.deepEqual([old.status, (await old.text()).split("\n")[0]], [403, "Please upgrade your git client."]);
    const lfs = await emulator.fetch(`${url()}.git/info/lfs/objects/batch`, { method: "POST", headers });
    assert.equal(lfs.status, 501);
    assert.match(await lfs.text(), /is not modelled by the lab's GitHub emulator/);
  });
});
