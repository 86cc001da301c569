import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import type { PreflightInputs } from "@ghrunners/components/preflight/args";
import { type DeploymentObservation, judgeDeployment } from "@ghrunners/components/preflight/judge-deployment";
import { preflightInputs } from "@ghrunners/config/arguments/preflight";
import { parseConfiguration } from "@ghrunners/config/parse";
import type { RepositoryKind } from "@ghrunners/core/github/repository-kind";
import { projectRoot } from "@ghrunners/core/project-root";
import { raw } from "../config/support/settings";

const page = readFileSync(path.join(projectRoot, "docs/how-to/repository-kinds.md"), "utf8");

/** What the preview makes of the settings that a section tells people to copy. */
function inputsOf(heading: string): Omit<PreflightInputs, "refusals"> {
  const section = page.split(/^## /m).find((text) => text.startsWith(heading)) ?? "";
  const block = /^```yaml\n([^]*?)^```$/m.exec(section)?.[1];
  assert.ok(block, `${heading}: no settings to copy`);
  const groups = Object.entries(parse(block) as Record<string, unknown>).map(([key, value]): [string, unknown] => {
    assert.match(key, /^ghrunners:/);
    return [key.slice("ghrunners:".length), value];
  });
  const parsed = parseConfiguration(raw({ environment: "production", ...Object.fromEntries(groups) }));
  if ("problems" in parsed) assert.fail(JSON.stringify(parsed.problems));
  return preflightInputs(parsed.settings, "production");
}

/** The settings that the preview refuses on a repository of this kind, with these people. */
function refused(heading: string, changes: Partial<RepositoryKind>, writers: readonly string[]): string[] {
  const { deployment } = inputsOf(heading);
  assert.ok(deployment);
  const reviewers = (deployment.environment?.reviewers ?? []).map(() => ({ value: true }));
  const kind: RepositoryKind = { private: true, owner: "organization", plan: "enterprise", onGitHubCom: true };
  const seen: DeploymentObservation = {
    kind: { value: { ...kind, ...changes } },
    writers,
    reviewers,
    permissions: [{ value: true }],
  };
  return judgeDeployment(deployment, seen).map(({ setting }) => setting);
}

const two = ["octocat", "hubot"];

describe("the settings for each kind of repository", () => {
  it("of a person suit one person on Pro, and are refused on Free", () => {
    const heading = "A person's private repository";
    assert.deepEqual(refused(heading, { owner: "person", plan: "pro" }, ["octocat"]), []);
    assert.deepEqual(refused(heading, { owner: "person", plan: "free" }, ["octocat"]), [
      "deployment",
      "repository.manage",
    ]);
  });

  it("of an organization on Team suit it, and would block a single person", () => {
    const heading = "A private repository of an organization on Team";
    assert.deepEqual(refused(heading, { plan: "team" }, two), []);
    assert.deepEqual(refused(heading, { plan: "team" }, ["octocat"]), ["repository.requiredApprovals"]);
  });

  it("of an organization on Enterprise suit it, and are refused on Team", () => {
    const heading = "A private repository of an organization on Enterprise";
    assert.deepEqual(refused(heading, {}, two), []);
    assert.deepEqual(refused(heading, { plan: "team" }, two), ["deployment.reviewers", "repository.allowedActions"]);
  });

  it("of a public repository say in words that it may be one, and no others do", () => {
    const heading = "A public repository";
    assert.deepEqual(refused(heading, { private: false, owner: "person", plan: "free" }, two), []);
    assert.equal(inputsOf(heading).publicAllowed, true);
    assert.equal(inputsOf("A private repository of an organization on Enterprise").publicAllowed, false);
  });
});
