import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fastImport } from "@ghrunners/lab/github/repository/fast-import";
import { git } from "@ghrunners/lab/github/repository/git";
import { parseCgi } from "@ghrunners/lab/github/repository/http-backend";
import { SeedBranch } from "@ghrunners/lab/github/repository/seed-branch";
import { seedFiles } from "@ghrunners/lab/github/repository/seed-files";
import { starting, updatesBetween } from "@ghrunners/lab/github/repository/pushes";
import { GitRepository, type Ref, type TreeEntry } from "@ghrunners/lab/github/repository/repository";

describe("the repository of the lab's GitHub", () => {
  let folder: string;
  let repository: GitRepository;
  const write = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  };
  const open = (): GitRepository =>
    new GitRepository(path.join(folder, "state"), {
      folders: { workflowsDir: path.join(folder, ".github/workflows"), filesDir: path.join(folder, "files") },
      defaultBranch: "main",
      owner: "octo-org",
      now: () => Date.parse("2026-01-01T00:00:00Z"),
    });
  const archived = (): string[] => {
    const archive = repository.archive(repository.head(), "octo-org-demo-app-1234567");
    const names = execFileSync("tar", ["--list", "--gzip"], { input: archive, encoding: "utf8" });
    return names.split("\n").filter((name) => name !== "" && !name.endsWith("/"));
  };
  const text = (commit: string, file: string): string => {
    const found = repository.look(commit, file) as TreeEntry | undefined;
    return found === undefined ? "(none)" : repository.content(found.sha).toString("utf8");
  };
  /** A commit on top of the default branch, as a push brings it. */
  const push = (file: string, content: string): void => {
    const change = { path: file, mode: "100644", content: Buffer.from(content) };
    const refs = [{ name: "refs/heads/main", parent: repository.head() }];
    const plan = { refs, changes: [change], author: "operator", message: "Change", now: 0 };
    git(repository.folder, ["fast-import", "--quiet"], fastImport(plan));
    repository.changed();
  };

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "ghr-repository-"));
    write(".github/workflows/deploy.yml", "on: workflow_call\n");
    write("files/.github/deploy.sh", "echo deployed\n");
    write("files/CHANGELOG.md", "Changes\n");
    repository = open();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("has the workflows and the further files of the seed in one commit", () => {
    assert.deepEqual(archived(), [
      "octo-org-demo-app-1234567/.github/deploy.sh",
      "octo-org-demo-app-1234567/.github/workflows/deploy.yml",
      "octo-org-demo-app-1234567/CHANGELOG.md",
    ]);
    assert.deepEqual(
      repository.workflowFiles(repository.head()).map(({ path: file }) => file),
      [".github/workflows/deploy.yml"],
    );
    const { author, parents } = repository.commit(repository.head()) ?? {};
    assert.deepEqual([author?.name, author?.date, parents], ["octo-org", "2026-01-01T00:00:00Z", []]);
    execFileSync("git", ["--git-dir", repository.folder, "fsck", "--strict"], { stdio: "pipe" });
  });

  it("leaves out of archives what .gitattributes marks with export-ignore, as GitHub does", () => {
    write("files/.gitattributes", "/.github export-ignore\n");
    assert.deepEqual(archived(), [
      "octo-org-demo-app-1234567/.gitattributes",
      "octo-org-demo-app-1234567/CHANGELOG.md",
    ]);
  });

  const inArchive = (file: string): string => {
    const archive = repository.archive(repository.head(), "folder");
    return execFileSync("tar", ["--extract", "--gzip", "--to-stdout", `folder/${file}`], { input: archive }).toString();
  };

  it("fills in archives what .gitattributes marks with export-subst, as GitHub does, and names no ref of its own", () => {
    const asked = ["%H", "%h", "%ct", "%cI", "%an", "%D", "%(describe:tags=true)"];
    write("files/.gitattributes", "/CHANGELOG.md export-subst\n/deploy.sh -export-subst\n");
    write("files/CHANGELOG.md", `${asked.map((each) => `$Format:${each}$\n`).join("")}$Other:%H$\n`);
    write("files/deploy.sh", "echo $Format:%H$\n");
    const head = repository.head();
    repository.point({ "refs/tags/v1": head, "refs/lab/other": head });
    const time = Date.parse("2026-01-01T00:00:00Z") / 1000;
    assert.deepEqual(inArchive("CHANGELOG.md").split("\n"), [
      ...[head, head.slice(0, 7), String(time), "2026-01-01T00:00:00+00:00", "octo-org", "HEAD -> main, tag: v1", "v1"],
      ...["$Other:%H$", ""],
    ]);
    assert.equal(inArchive("deploy.sh"), "echo $Format:%H$\n");
  });

  it("leaves in archives the pointers of Git LFS, as GitHub does by default", () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"a".repeat(64)}\nsize 52428800\n`;
    write("files/.gitattributes", "*.gz filter=lfs diff=lfs merge=lfs -text\n");
    write("files/release/app.tar.gz", pointer);
    assert.equal(inArchive("release/app.tar.gz"), pointer);
  });

  it("commits what changes in the seed's folders, and nothing where nothing changed, also after a restart", () => {
    const first = repository.head();
    assert.equal(repository.head(), first);
    repository = open();
    assert.equal(repository.head(), first);
    write("files/CHANGELOG.md", "More changes\n");
    chmodSync(path.join(folder, "files/.github/deploy.sh"), 0o755);
    const second = repository.head();
    assert.deepEqual(repository.commit(second)?.parents, [first]);
    assert.equal(text(second, "CHANGELOG.md"), "More changes\n");
    assert.equal(text(first, "CHANGELOG.md"), "Changes\n");
    rmSync(path.join(folder, "files/CHANGELOG.md"));
    assert.equal(text(repository.head(), "CHANGELOG.md"), "(none)");
  });

  it("keeps what was pushed when the seed's folders change", () => {
    push("README.md", "Pushed\n");
    const pushed = repository.head();
    write("files/CHANGELOG.md", "More changes\n");
    const head = repository.head();
    assert.deepEqual(repository.commit(head)?.parents, [pushed]);
    assert.deepEqual([text(head, "README.md"), text(head, "CHANGELOG.md")], ["Pushed\n", "More changes\n"]);
  });

  it("looks again later while a folder of the seed is being replaced", () => {
    const folders = { workflowsDir: path.join(folder, ".github/workflows") };
    const options = { folders, defaultBranch: "main", owner: "octo-org", now: () => 0 };
    let isGone = false;
    const branch = new SeedBranch(path.join(folder, "other.git"), options, (asked) => {
      if (isGone) readdirSync(path.join(folder, "gone"));
      return seedFiles(asked);
    });
    assert.equal(branch.update(), true);
    write(".github/workflows/deploy.yml", "on: push\n");
    isGone = true;
    assert.equal(branch.update(), false);
    isGone = false;
    assert.equal(branch.update(), true);
  });

  it("shows clients no ref of the lab's own", () => {
    repository.head();
    assert.deepEqual([...repository.refs().keys()], ["refs/heads/main"]);
  });

  it("knows neither a commit nor a ref by an expression of git", () => {
    const head = repository.head();
    assert.equal(repository.resolve("refs/heads/main"), head);
    for (const name of ["main~0", "HEAD^{tree}", head.slice(0, 8), "--all", "0".repeat(40)])
      assert.equal(repository.resolve(name), undefined, name);
  });

  it("starts workflows for branches and tags, for none of a job's own pushes, and for at most three tags", () => {
    const ref = (name: string, sha: string): [string, Ref] => [name, { name, sha, type: "commit", commit: sha }];
    const before = new Map([ref("refs/heads/main", "a"), ref("refs/heads/old", "a")]);
    const tags = ["v1", "v2", "v3", "v4"].map((name) => ref(`refs/tags/${name}`, "b"));
    const names = (after: [string, Ref][], login: string): string[] =>
      starting(updatesBetween(before, new Map(after)), login).map(({ name }) => name);
    const moved = ref("refs/heads/main", "b");
    assert.deepEqual(names([moved, ...tags.slice(0, 1)], "operator"), ["refs/heads/main", "refs/tags/v1"]);
    assert.deepEqual(names([moved, ...tags], "operator"), ["refs/heads/main"]);
    assert.deepEqual(names([moved], "github-actions[bot]"), []);
  });

  it("reads the answer of a CGI program", () => {
    const reply = parseCgi(Buffer.from("Status: 403 Forbidden\r\nContent-Type: text/plain\r\n\r\nno\r\n\r\n"));
    assert.deepEqual(
      [reply.status, reply.headers, reply.body.toString()],
      [403, { "content-type": "text/plain" }, "no\r\n\r\n"],
    );
    assert.equal(parseCgi(Buffer.from("Expires: 0\r\n\r\n")).status, 200);
    assert.throws(() => parseCgi(Buffer.from("nothing")), /answers without headers/);
  });
});
