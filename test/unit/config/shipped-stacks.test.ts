import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse as parseYaml } from "yaml";
import { parseConfiguration } from "@ghrunners/config/parse";
import { projectRoot } from "@ghrunners/core/project-root";
import { isKnownAs } from "@ghrunners/core/github/known-runner";
import { secrets } from "./support/settings";

interface StackFile {
  readonly config: Readonly<Record<string, unknown>>;
}

const stackFile = (file: string): StackFile =>
  parseYaml(readFileSync(path.join(projectRoot, file), "utf8")) as StackFile;

describe("the stack files of this repository", () => {
  for (const [file, missing] of [
    ["lab/stacks/Pulumi.lab.yaml", ["monitoring.hostKey", "targets[0].hostKey"]],
    ["Pulumi.staging.yaml", ["runners[0].address", "monitoring.hostKey"]],
    ["Pulumi.production.yaml", ["runners[1].address", "monitoring.hostKey"]],
  ] as const) {
    it(`${file} is complete except for secrets and values that differ for each user`, () => {
      const text = readFileSync(path.join(projectRoot, file), "utf8");
      const { config } = stackFile(file);
      const values = Object.entries({ ...config, ...prefixed(secrets) })
        .filter(([name]) => name.startsWith("ghrunners:"))
        .map(([name, value]) => [
          name.replace("ghrunners:", ""),
          typeof value === "string" ? value : JSON.stringify(value),
        ]);
      const result = parseConfiguration({
        stack: path.basename(file, ".yaml").replace("Pulumi.", ""),
        values: Object.fromEntries(values) as Record<string, string>,
        secrets: Object.keys(secrets),
      });
      const paths = "problems" in result ? result.problems.map((problem) => problem.path) : [];
      assert.deepEqual(paths, missing);
      assert.ok(!text.includes("secure:"));
    });
  }

  it("production's exporter, which watches the repository of both, knows staging's runners", () => {
    const [staging, production] = ["staging", "production"].map((name) => stackFile(`Pulumi.${name}.yaml`).config);
    assert.deepEqual(staging?.["ghrunners:github"], production?.["ghrunners:github"]);
    const { knownRunners } = production?.["ghrunners:monitoring"] as { readonly knownRunners: readonly string[] };
    const runners = staging?.["ghrunners:runners"] as readonly { readonly name: string }[];
    const unknown = runners.filter(({ name }) => !isKnownAs(knownRunners, name));
    assert.deepEqual(unknown, []);
    assert.ok(runners.length > 0);
  });
});

const prefixed = (values: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`ghrunners:${name}`, value]));
