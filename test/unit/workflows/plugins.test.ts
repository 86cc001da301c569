import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { projectRoot } from "@ghrunners/core/project-root";
import { evaluatorWith } from "@ghrunners/lab/github/workflows/expressions";
import { workflowLibrary } from "@ghrunners/lab/github/workflows/library";
import { expression } from "@ghrunners/lab/github/workflows/template";

interface Step {
  readonly name: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: string;
}
interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
}

const folder = path.join(projectRoot, ".github/workflows");
/** Steps that open a stack, so that Pulumi may have to fetch plugins first. */
const opening = readdirSync(folder).flatMap((file) => {
  const { jobs } = parse(readFileSync(path.join(folder, file), "utf8")) as { jobs: Record<string, Job> };
  return Object.values(jobs).flatMap(({ steps = [], permissions }) =>
    steps.filter(({ env }) => env?.PULUMI_CONFIG_PASSPHRASE !== undefined).map((step) => ({ file, step, permissions })),
  );
});

describe("the steps that fetch Pulumi's plugins", () => {
  it("are known", () => {
    assert.deepEqual([...new Set(opening.map(({ file }) => file))].sort(), [
      "drift.yml",
      "preview.yml",
      "production.yml",
      "staging.yml",
    ]);
  });

  for (const { file, step, permissions } of opening) {
    const token = (server: string): string => {
      const [, text = ""] = /^\$\{\{ (.*) \}\}$/.exec(step.env?.GITHUB_TOKEN ?? "") ?? [];
      const contexts = { github: { server_url: server, token: "of-the-job" } };
      return evaluatorWith(workflowLibrary().expressions).text(expression(text), contexts);
    };
    it(`do so as the job on github.com: ${file}, ${step.name}`, () =>
      assert.equal(token("https://github.com"), "of-the-job"));
    it(`send no token of another server to github.com: ${file}, ${step.name}`, () => {
      assert.equal(token("https://github.example.com"), "");
      assert.equal(token("https://octo.ghe.com"), "");
    });
    it(`could not change the code with it: ${file}, ${step.name}`, () => {
      assert.equal(permissions?.contents, "read");
      assert.doesNotMatch(step.run ?? "", /github\.token/);
    });
  }
});
