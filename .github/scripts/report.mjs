// @ts-check
/**
 * Keeps one comment on a pull request, or one issue of the repository, up to date. Needs nothing but Node 18.
 *
 *   node report.mjs comment NUMBER KEY FILE    creates or updates the comment with that key
 *   node report.mjs issue KEY TITLE FILE       opens or updates the issue with that key
 *   node report.mjs close KEY                  closes that issue when it is open
 *
 * GITHUB_API_URL, GITHUB_REPOSITORY and GITHUB_TOKEN say where and as whom.
 */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** GitHub's limit for a body, characters. */
const LONGEST_BODY = 65_536;

/** Found again by this line, which people do not see. @param {string} key */
const marker = (key) => `<!-- ghrunners:${key.replace(/[^A-Za-z0-9._-]/g, "-")} -->`;

/** @param {string} key @param {string} text */
export function bodyOf(key, text) {
  const head = `${marker(key)}\n`;
  const cut = "\n\nThe rest is in the log of the run.\n";
  return head.length + text.length <= LONGEST_BODY
    ? head + text
    : head + text.slice(0, LONGEST_BODY - head.length - cut.length) + cut;
}

/** @typedef {{ id: number, number?: number, body?: string | null, user?: { type?: string } | null, pull_request?: object }} Note */

/**
 * The note with this key, written by a program: a person's text with the same line is not ours to change.
 * @param {readonly Note[]} notes @param {string} key
 */
export const findNote = (notes, key) =>
  notes.find(
    ({ body, user, pull_request: pull }) => pull === undefined && user?.type === "Bot" && body?.startsWith(marker(key)),
  );

/** @param {string} name */
function need(name) {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set.`);
  return value;
}

/** @param {string} method @param {string} path @param {object} [body] @returns {Promise<any>} */
async function ask(method, path, body) {
  const response = await fetch(`${need("GITHUB_API_URL")}/repos/${need("GITHUB_REPOSITORY")}/${path}`, {
    method,
    headers: { authorization: `Bearer ${need("GITHUB_TOKEN")}`, accept: "application/vnd.github+json" },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) throw new Error(`${method} ${path}: GitHub answered ${response.status}.`);
  return response.json();
}

/** @param {string} path of a list @param {string} key @returns {Promise<Note | undefined>} */
async function search(path, key) {
  for (let page = 1; page <= 50; page += 1) {
    const notes = /** @type {Note[]} */ (
      await ask("GET", `${path}${path.includes("?") ? "&" : "?"}per_page=100&page=${page}`)
    );
    const found = findNote(notes, key);
    if (found !== undefined || notes.length < 100) return found;
  }
  return undefined;
}

/** @param {string} number @param {string} key @param {string} text */
async function comment(number, key, text) {
  const found = await search(`issues/${number}/comments`, key);
  const body = bodyOf(key, text);
  await (found === undefined
    ? ask("POST", `issues/${number}/comments`, { body })
    : ask("PATCH", `issues/comments/${found.id}`, { body }));
}

/** @param {string} key @param {string} title @param {string} text */
async function issue(key, title, text) {
  const found = await search("issues?state=open", key);
  const body = bodyOf(key, text);
  await (found === undefined
    ? ask("POST", "issues", { title, body })
    : ask("PATCH", `issues/${found.number}`, { body }));
}

/** @param {string} key */
async function close(key) {
  const found = await search("issues?state=open", key);
  if (found !== undefined) await ask("PATCH", `issues/${found.number}`, { state: "closed", state_reason: "completed" });
}

/** @param {string[]} words @returns {Promise<void>} */
async function main([what, ...words]) {
  if (what === "comment" && words.length === 3 && /^\d+$/.test(words[0])) {
    return comment(words[0], words[1], readFileSync(words[2], "utf8"));
  }
  if (what === "issue" && words.length === 3) return issue(words[0], words[1], readFileSync(words[2], "utf8"));
  if (what === "close" && words.length === 1) return close(words[0]);
  throw new Error("usage: report.mjs comment NUMBER KEY FILE | issue KEY TITLE FILE | close KEY");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  main(process.argv.slice(2)).catch((error) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
