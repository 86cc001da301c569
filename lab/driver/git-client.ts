import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export interface GitResult {
  readonly code: number;
  /** Everything that git said. */
  readonly said: string;
}

/** A person's git against the lab's GitHub: in a folder of its own, with nothing of this machine's settings. */
export class GitClient {
  readonly folder = mkdtempSync(path.join(tmpdir(), "ghr-git-"));
  private clones = 0;

  /**
   * @param url of the repository, as `https://HOST/OWNER/REPOSITORY`
   * @param authority PEM file of the authority that signed the host's certificate
   */
  constructor(
    readonly url: string,
    private readonly authority: string,
  ) {}

  /** @param token put into a header, never into the command line; empty for none */
  run(token: string, ...args: string[]): Promise<GitResult> {
    const basic = Buffer.from(`x-access-token:${token}`).toString("base64");
    const header = { GIT_CONFIG_KEY_0: "http.extraHeader", GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}` };
    const person = { NAME: "operator", EMAIL: "operator@example.invalid" };
    const env = {
      PATH: process.env.PATH,
      HOME: this.folder,
      GIT_SSL_CAINFO: this.authority,
      GIT_TERMINAL_PROMPT: "0",
      GIT_AUTHOR_NAME: person.NAME,
      GIT_AUTHOR_EMAIL: person.EMAIL,
      GIT_COMMITTER_NAME: person.NAME,
      GIT_COMMITTER_EMAIL: person.EMAIL,
      ...(token === "" ? {} : { GIT_CONFIG_COUNT: "1", ...header }),
    };
    return new Promise((resolve) => {
      execFile("git", args, { cwd: this.folder, env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), said: `${stdout}${stderr}`.trim() });
      });
    });
  }

  /** @returns what git said @throws Error with it when the command failed */
  async done(token: string, ...args: string[]): Promise<string> {
    const { code, said } = await this.run(token, ...args);
    if (code !== 0) throw new Error(`git ${args.join(" ")}: ${said}`);
    return said;
  }

  /** @returns the name of a fresh clone in the folder */
  async clone(token: string): Promise<string> {
    this.clones += 1;
    const name = `clone-${this.clones}`;
    await this.done(token, "clone", "--quiet", this.url, name);
    return name;
  }

  /** Writes one file of a clone and commits everything. @returns the commit */
  async commit(clone: string, file: string, content: string | Buffer): Promise<string> {
    const absolute = path.join(this.folder, clone, file);
    mkdirSync(path.dirname(absolute), { recursive: true });
    writeFileSync(absolute, content);
    await this.done("", "-C", clone, "add", "--all");
    await this.done("", "-C", clone, "commit", "--quiet", "--message", `Change ${file}`);
    return this.done("", "-C", clone, "rev-parse", "HEAD");
  }

  push(token: string, clone: string, ...refs: string[]): Promise<string> {
    return this.done(token, "-C", clone, "push", "--quiet", "origin", ...refs);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
