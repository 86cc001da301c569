/**
 * Keeps one comment on a pull request, or one issue of the repository, up to date. A step of preview.yml and drift.yml
 * that needs only Node 18.
 *
 *   node report.mjs comment NUMBER KEY FILE    creates or updates the comment with that key
 *   node report.mjs issue KEY TITLE FILE       opens or updates the issue with that key
 *   node report.mjs close KEY                  closes that issue when it is open
 *
 * GITHUB_SERVER_URL, GITHUB_API_URL, GITHUB_REPOSITORY and GITHUB_TOKEN give the repository and the credentials.
 */
import { readFileSync } from "node:fs";
import { GitHubClient } from "@ghrunners/core/github/client";
import { requiredVariable } from "../required-variable";

/** GitHub's limit for a body, characters. */
const LONGEST_BODY = 65_536;

/** The note is found by this line, which GitHub does not display. */
const marker = (key: string): string => `<!-- ghrunners:${key.replace(/[^A-Za-z0-9._-]/g, "-")} -->`;

function bodyOf(key: string, text: string): string {
  const head = `${marker(key)}\n`;
  const cut = "\n\nThe rest is in the log of the run.\n";
  return head.length + text.length <= LONGEST_BODY
    ? head + text
    : head + text.slice(0, LONGEST_BODY - head.length - cut.length) + cut;
}

interface Note {
  readonly id: number;
  readonly number?: number;
  readonly body?: string | null;
  readonly user?: { readonly type?: string } | null;
  readonly pull_request?: object;
}

/** The note with this key, if a program wrote it: a user's text with the same line must not be changed. */
const isOurs = ({ body, user, pull_request: pull }: Note, key: string): boolean =>
  pull === undefined && user?.type === "Bot" && body?.startsWith(marker(key)) === true;

const { env } = process;
const github = (): GitHubClient =>
  new GitHubClient(
    { url: requiredVariable(env, "GITHUB_SERVER_URL"), fullName: requiredVariable(env, "GITHUB_REPOSITORY") },
    requiredVariable(env, "GITHUB_TOKEN"),
    { baseUrl: requiredVariable(env, "GITHUB_API_URL") },
  );

/** @param route of a list */
async function search(client: GitHubClient, route: string, key: string): Promise<Note | undefined> {
  const found = await client.pages(route, {}, (notes: Note[]) =>
    notes.map((note) => (isOurs(note, key) ? { id: note.id, number: note.number } : undefined)),
  );
  return found.find((note) => note !== undefined);
}

async function comment(number: string, key: string, text: string): Promise<void> {
  const client = github();
  const list = `/issues/${number}/comments`;
  const found = await search(client, list, key);
  const body = bodyOf(key, text);
  await (found === undefined
    ? client.send("POST", list, { body })
    : client.send("PATCH", `/issues/comments/${found.id}`, { body }));
}

async function issue(key: string, title: string, text: string): Promise<void> {
  const client = github();
  const found = await search(client, "/issues", key);
  const body = bodyOf(key, text);
  await (found === undefined
    ? client.send("POST", "/issues", { title, body })
    : client.send("PATCH", `/issues/${found.number}`, { body }));
}

async function close(key: string): Promise<void> {
  const client = github();
  const found = await search(client, "/issues", key);
  if (found !== undefined)
    await client.send("PATCH", `/issues/${found.number}`, { state: "closed", state_reason: "completed" });
}

async function main([what, ...words]: readonly string[]): Promise<void> {
  const [first = "", second = "", third = ""] = words;
  if (what === "comment" && words.length === 3 && /^\d+$/.test(first))
    return comment(first, second, readFileSync(third, "utf8"));
  if (what === "issue" && words.length === 3) return issue(first, second, readFileSync(third, "utf8"));
  if (what === "close" && words.length === 1) return close(first);
  throw new Error("usage: report.mjs comment NUMBER KEY FILE | issue KEY TITLE FILE | close KEY");
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
