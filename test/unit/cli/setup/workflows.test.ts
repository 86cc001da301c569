import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { Octokit } from "@octokit/rest";
import { offerWorkflows } from "@ghrunners/cli/init/offer-workflows";
import { renderWorkflows } from "@ghrunners/cli/setup/render-workflows";
import { type FilesWanted, neededFiles, workflowsExitCode } from "@ghrunners/cli/setup/workflow-files";
import { proposeWorkflows } from "@ghrunners/cli/setup/workflows";
import type { Settings } from "@ghrunners/config/parse";
import { GitHubClient } from "@ghrunners/core/github/client";
import { gitBlob } from "@ghrunners/core/github/git-blob";
import { projectRoot } from "@ghrunners/core/project-root";
import { pullRequestPermissions } from "@ghrunners/core/vocabulary/github-permissions";
import { TestEmulator, owner, repo } from "@ghrunners/lab/driver/emulator";
import { sha256 } from "@ghrunners/lab/github/runner-tokens";
import type { TokenPermissions } from "@ghrunners/lab/github/seed";

const here = { owner, repo };
const repository = `${owner}/${repo}`;
const all = { deploys: true };
const branch = "ghrunners/workflows";

const without = (name: keyof typeof pullRequestPermissions): TokenPermissions =>
  Object.fromEntries(Object.entries(pullRequestPermissions).filter(([each]) => each !== name));

describe("ghrunners setup workflows", function () {
  this.timeout(60_000);
  let emulator: TestEmulator;
  let person: Octokit;

  beforeEach(async () => {
    const tokens = {
      person: pullRequestPermissions,
      variables: { ...pullRequestPermissions, variables: "write" },
      reader: { ...pullRequestPermissions, contents: "read" },
      "no-workflows": without("workflows"),
      "no-pulls": without("pull_requests"),
    } as const satisfies Record<string, TokenPermissions>;
    emulator = await TestEmulator.start((seed) => ({
      ...seed,
      tokens: Object.entries(tokens).map(([text, permissions]) => ({
        sha256: sha256(text),
        login: "operator",
        permissions,
      })),
    }));
    person = await emulator.client("person");
  });
  afterEach(() => emulator.stop());

  const open = (token: string): GitHubClient =>
    new GitHubClient({ url: emulator.url, fullName: repository }, token, {
      fetch: emulator.fetch as typeof fetch,
    });
  const setup = (token = "person", apply = true, wanted: FilesWanted = all) =>
    proposeWorkflows(open(token), repository, wanted, apply);
  const pulls = async () => (await person.pulls.list({ ...here, state: "all" })).data;
  const writes = (): string[] =>
    emulator.exchanges.filter(({ method }) => method !== "GET").map(({ method, url }) => `${method} ${url.pathname}`);
  const commit = async (onto: string, file: string, content: string): Promise<void> => {
    const { data: tip } = await person.repos.getCommit({ ...here, ref: onto });
    const tree = [{ path: file, content, mode: "100644", type: "blob" } as const];
    const { data: made } = await person.git.createTree({ ...here, base_tree: tip.commit.tree.sha, tree });
    const own = { ...here, message: "Mine", tree: made.sha, parents: [tip.sha] };
    const { data } = await person.git.createCommit(own);
    await person.git.updateRef({ ...here, ref: `heads/${onto}`, sha: data.sha });
  };
  const changeBranch = (content: string): Promise<void> => commit(branch, ".github/workflows/deploy.yml", content);

  it("needs files that exist, and of a repository without deployments only the smoke job's", () => {
    const copied = neededFiles(all).filter(({ path: file }) => !file.endsWith("deployer.cjs"));
    for (const { path: file } of copied) assert.ok(readFileSync(path.join(projectRoot, file)).length > 0, file);
    assert.deepEqual(
      neededFiles({ deploys: false }).map(({ path: file }) => file),
      [".github/workflows/runner-smoke.yml"],
    );
    assert.deepEqual(neededFiles({ deploys: false, smokeWorkflow: "own.yml" }), []);
  });

  it("needs the permissions that docs/reference/security.md lists", () => {
    const text = readFileSync(path.join(projectRoot, "docs/reference/security.md"), "utf8");
    const [, section = ""] = /### A token for the pull request[^\n]*\n([\s\S]*?)\n#/.exec(text) ?? [];
    const listed = [...section.matchAll(/([A-Z]\w+( \w+)?):\s+(write|read)\b/g)].map(([, name = "", , level]) => [
      name.toLowerCase().replace(" ", "_"),
      level,
    ]);
    assert.deepEqual({ metadata: "read", ...Object.fromEntries(listed) }, pullRequestPermissions);
  });

  it("only looks without --apply", async () => {
    const report = await setup("person", false);
    assert.deepEqual([report.state, report.pullRequest, workflowsExitCode(report)], ["missing", null, 1]);
    assert.deepEqual(writes(), []);
    const text = stripVTControlCharacters(renderWorkflows(report, "ghrunners setup workflows --apply"));
    assert.match(text, /lacks files .*\n {2}\+ \.github\/workflows\/runner-smoke\.yml .*\n/);
    // The repository has another deploy.yml.
    assert.match(text, /^ {2}~ \.github\/workflows\/deploy\.yml /m);
    assert.match(text, /^Next: ghrunners setup workflows --apply$/m);
  });

  it("opens a pull request with one commit, whose merge brings every file as it is here", async () => {
    const report = await setup();
    const [pull, ...more] = await pulls();
    assert.ok(pull !== undefined && more.length === 0);
    assert.deepEqual([report.state, report.pullRequest], ["opened", { number: pull.number, url: pull.html_url }]);
    for (const { path: file, purpose } of report.files)
      assert.ok(pull.body?.includes(`| \`${file}\` | ${purpose} |`), file);
    const { data: commits } = await person.repos.listCommits({ ...here, sha: branch });
    assert.equal(commits.length, 2);
    await person.pulls.merge({ ...here, pull_number: pull.number });
    const deploy = ".github/workflows/deploy.yml";
    const merged = await open("person").filesIn(".github/workflows");
    assert.equal(merged[deploy], gitBlob(readFileSync(path.join(projectRoot, deploy))));
    const after = await setup();
    assert.deepEqual([after.state, after.pullRequest, workflowsExitCode(after)], ["ready", null, 0]);
  });

  it("says how links to runbooks lead somewhere, where the repository has none", async () => {
    const setting = /^gh variable set RUNBOOKS_URL --repo octo-org\/demo-app --body '(.*)'$/;
    const expected = new RegExp(setting.source.replace("^gh", `^GH_HOST=${new URL(emulator.url).host} gh`));
    const report = await setup("person", false);
    assert.equal(expected.exec(report.runbooks ?? "")?.[1], "URL of docs/runbooks in your copy of this project");
    const text = stripVTControlCharacters(renderWorkflows(report, "x"));
    assert.match(text, /link to docs\/runbooks, which the repository does not have\.\nNext: GH_HOST=/);
    const runbookBaseUrl = "https://wiki.example/runbooks";
    const known = await setup("person", false, { ...all, runbookBaseUrl });
    assert.equal(expected.exec(known.runbooks ?? "")?.[1], runbookBaseUrl);
    assert.equal((await setup("person", false, { deploys: false })).runbooks, null);

    const operator = await emulator.client("variables");
    await operator.actions.createRepoVariable({ ...here, name: "RUNBOOKS_URL", value: runbookBaseUrl });
    assert.equal((await setup("variables", false)).runbooks, null);
    await operator.actions.deleteRepoVariable({ ...here, name: "RUNBOOKS_URL" });
    await commit("main", "docs/runbooks/offline-restore.md", "# Offline\n");
    assert.equal((await setup("person", false)).runbooks, null);
  });

  it("does nothing the second time, and says so", async () => {
    await setup();
    const before = writes().length;
    const report = await setup();
    assert.deepEqual([report.state, workflowsExitCode(report)], ["open", 0]);
    assert.equal(writes().length, before);
    assert.match(renderWorkflows(report, ""), /Nothing to do but merge it/);
  });

  it("updates the open pull request, and does not double it", async () => {
    await setup("person", true, { deploys: false });
    const report = await setup();
    const [pull, ...more] = await pulls();
    assert.deepEqual([report.state, report.pullRequest?.number, more.length], ["updated", pull?.number, 0]);
    assert.match(pull?.body ?? "", /runner-gate\.yml/);
    const { data: commits } = await person.repos.listCommits({ ...here, sha: branch });
    assert.equal(commits.length, 2);
  });

  it("does not overwrite a branch that someone else made, or added to", async () => {
    await setup();
    await changeBranch("mine\n");
    const { data: before } = await person.git.getRef({ ...here, ref: `heads/${branch}` });
    await assert.rejects(setup(), /last commit that this command did not make.*Nothing was changed/);
    const { data: after } = await person.git.getRef({ ...here, ref: `heads/${branch}` });
    assert.equal(after.object.sha, before.object.sha);
  });

  it("says which permission a token lacks, and what to do", async () => {
    const next = /Next: add the permission at GitHub, .*ghrunners setup workflows --apply --token-file FILE$/;
    for (const [token, lacks] of [
      ["reader", /refused to store a file .*lacks Contents: write\./],
      [
        "no-workflows",
        /refused to store the folder .*lacks Workflows: write \(a classic token: the scope workflow\)\./,
      ],
      ["no-pulls", /refused to open a pull request .*lacks Pull requests: write\./],
    ] as const)
      await assert.rejects(setup(token), (error: Error) => {
        assert.match(error.message, lacks);
        assert.match(error.message, next);
        return true;
      });
    // The branch is there: the next token goes on from it.
    assert.equal((await setup()).state, "opened");
  });

  describe("at the end of ghrunners init", () => {
    const settings = (githubToken: string): Settings =>
      ({
        github: { url: emulator.url, repository },
        githubToken,
        smoke: { workflow: "runner-smoke.yml" },
        deployment: {},
      }) as unknown as Settings;

    it("opens the pull request with a given token, and asks nothing", async () => {
      const { pullRequest, findings } = await offerWorkflows(settings("no-pulls"), "person", undefined, open);
      assert.deepEqual(findings, []);
      assert.equal(pullRequest, (await pulls())[0]?.html_url);
      const refused = await offerWorkflows(settings("no-pulls"), "reader", undefined, open);
      assert.deepEqual(refused, { pullRequest, findings: [] }, "with the same files it is open already");
    });

    it("tells a refusal as what is to be prepared", async () => {
      const { findings } = await offerWorkflows(settings("no-pulls"), "reader", undefined, open);
      assert.deepEqual(
        findings.map(({ setting, isRefusal }) => [setting, isRefusal]),
        [["workflowsTokenFile", false]],
      );
      assert.match(findings[0]?.reason ?? "", /lacks Contents: write/);
    });

    it("asks on a terminal, with what is missing, and takes no for an answer", async () => {
      const asked: string[] = [];
      const answering =
        (...answers: (string | boolean)[]) =>
        async ({ message }: { message: string }) => {
          asked.push(message);
          return answers.shift() ?? false;
        };
      const no = await offerWorkflows(settings("reader"), undefined, answering(false), open);
      assert.deepEqual(no, { pullRequest: null, findings: [] });
      assert.match(asked.join(), /^Open a pull request at octo-org\/demo-app with .*deployer\.cjs.*\?$/);
      assert.deepEqual(writes(), []);
      const yes = await offerWorkflows(settings("reader"), undefined, answering(true, "person"), open);
      assert.match(yes.pullRequest ?? "", /\/pull\/1$/);
      const again = await offerWorkflows(settings("reader"), undefined, answering(), open);
      assert.deepEqual([again.pullRequest, asked.length], [yes.pullRequest, 3]);
    });
  });
});
