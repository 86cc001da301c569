import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse as parseYaml } from "yaml";
import { parseConfiguration } from "@ghrunners/config/parse";
import { projectRoot } from "@ghrunners/core/project-root";
import { secrets } from "./support/settings";

describe("the stack files of this repository", () => {
  for (const [file, missing] of [
    ["lab/stacks/Pulumi.lab.yaml", ["monitoring.hostKey", "targets[0].hostKey"]],
    ["Pulumi.staging.yaml", ["runners[0].address", "monitoring.hostKey"]],
    ["Pulumi.production.yaml", ["runners[1].address", "monitoring.hostKey"]],
  ] as const) {
    it(`${file} is complete except for secrets and values that differ for each user`, () => {
      const text = readFileSync(path.join(projectRoot, file), "utf8");
      const { config } = parseYaml(text) as { config: Record<string, unknown> };
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
});

const prefixed = (values: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`ghrunners:${name}`, value]));
