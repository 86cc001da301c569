import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import {
  type Documented,
  type DocumentedProperty,
  exportsOfPackage,
  renderDocument,
} from "../../../components/document";

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

  /** The groups of arguments that a program gives: those of constructors and functions, and what is inside them. */
  function argumentGroups(): Documented[] {
    const given = new Set(all.filter(({ kind }) => kind === "component" || kind === "function"));
    const texts = ({ kind, of, properties }: Documented): string[] =>
      kind === "component" ? [of] : [of, ...properties.map(({ type }) => type)];
    // A set is visited in the order of insertion, with what is added on the way.
    for (const one of given)
      for (const other of all)
        if (other.kind !== "component" && texts(one).some((text) => new RegExp(`\\b${other.name}\\b`).test(text)))
          given.add(other);
    return [...given].filter(({ kind }) => kind === "group");
  }

  const named = (group: Documented, wrong: (property: DocumentedProperty) => boolean): string[] =>
    group.properties.filter(wrong).map(({ name }) => `${group.name}.${name}`);

  it("names the default of every argument that may be left out, and an example of every other", () => {
    const open = argumentGroups().flatMap((group) =>
      named(group, (one) => (one.required ? one.example === "" : one.default === "")),
    );
    assert.deepEqual(open, [], "Expected @default of an optional argument and @example of a required one.");
  });

  it("says why an argument must be a plain value", () => {
    const names = all.filter(({ kind }) => kind === "group" || kind === "union").map(({ name }) => name);
    const silent = argumentGroups()
      .filter(({ meaning }) => !/\bPlain: \w/.test(meaning))
      .flatMap((group) =>
        // A group has no value of its own: each argument in it has a reason.
        named(group, ({ type, meaning }) => {
          const isPlain = !type.startsWith("Input<") && !names.includes(type);
          return isPlain && !/\b(Plain|are plain): \w/.test(meaning);
        }),
      );
    assert.deepEqual(silent, [], 'Expected pulumi.Input, or "Plain: " and the reason in the docstring.');
  });

  it("checks every group of arguments that the page shows", () => {
    const checked = argumentGroups().map(({ name }) => name);
    for (const name of ["RunnerPoolArgs", "RunnerArchive", "MonitoringFile", "GitHubProviderArgs", "ImageArgs"])
      assert.ok(checked.includes(name), name);
  });
});
