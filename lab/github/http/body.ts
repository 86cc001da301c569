import { z } from "zod";
import { GitHubApiError, unprocessable } from "./errors";

/**
 * The request body, checked.
 * @throws GitHubApiError 400 when there is none, 422 in the words of GitHub's JSON schema check
 */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body ?? {}, { reportInput: true });
  if (result.success) return result.data;
  if (body !== undefined && (typeof body !== "object" || body === null)) {
    throw new GitHubApiError(400, "Body should be a JSON object");
  }
  throw unprocessable(`Invalid request.\n\n${result.error.issues.map(inGithubsWords).join("\n")}`);
}

function inGithubsWords(issue: z.core.$ZodIssue): string {
  const where = `properties/${issue.path.join("/")}`;
  const shown = issue.input === null ? "nil" : JSON.stringify(issue.input);
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => `"${key}" is not a permitted key.`).join(" ");
  if (issue.input === undefined && issue.path.length > 0) return `"${String(issue.path.at(-1))}" wasn't supplied.`;
  if (issue.code === "invalid_type") {
    const article = /^[aeiou]/.test(issue.expected) ? "an" : "a";
    return `For '${where}', ${shown} is not ${article} ${issue.expected}.`;
  }
  if (issue.code === "invalid_value")
    return `For '${where}', ${shown} is not a member of [${issue.values.map((v) => JSON.stringify(v)).join(", ")}].`;
  if (issue.code === "too_big") return `For '${where}', ${shown} is more than the maximum of ${issue.maximum}.`;
  if (issue.code === "too_small") return `For '${where}', ${shown} is less than the minimum of ${issue.minimum}.`;
  return `For '${where}', ${shown} is not valid: ${issue.message}.`;
}
