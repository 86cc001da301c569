import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { type Documented, exportsOfPackage, renderDocument } from "../../../components/document";

describe("docs/reference/components.md", function () {
  this.timeout(60_000);
  let all: Documented[];
  before(() => (all = exportsOfPackage()));

  it("is what the docstrings say (write it with: npx tsx components/document.ts)", () => {
    const file = path.join(__dirname, "../../../docs/reference/components.md");
    assert.equal(
      readFileSync(file, "utf8"),
      renderDocument(all),
      "The page is not what the docstrings say. Next: npx tsx components/document.ts",
    );
  });

  it("describes the components, each with its arguments", () => {
    const components = all.filter(({ kind }) => kind === "component").map(({ name, of }) => [name, of]);
    assert.deepEqual(
      components,
      [
        "RunnerPool",
        "Runner",
        "RunnerVm",
        "VmTemplate",
        "DeploymentEnvironment",
        "RepositoryRules",
        "MonitoringHost",
        "LogReceiver",
      ].map((name) => [name, `${name}Args`]),
    );
  });

  it("has a meaning for every export, every argument and every output", () => {
    const silent = all.flatMap(({ name, meaning, properties }) => [
      ...(meaning === "" ? [name] : []),
      ...properties.filter((property) => property.meaning === "").map((property) => `${name}.${property.name}`),
    ]);
    assert.deepEqual(silent, []);
  });

  it("names the default of every argument that may be left out", () => {
    const open = all
      .filter(({ name }) => name.endsWith("Args"))
      .flatMap(({ name, properties }) =>
        properties
          .filter(({ required, default: byDefault }) => !required && byDefault === "")
          .map((one) => `${name}.${one.name}`),
      );
    assert.deepEqual(open, []);
  });
});
