import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse } from "yaml";
import { parseConfiguration } from "@ghrunners/config/parse";
import { projectRoot } from "@ghrunners/core/project-root";
import { ofPerson, ownerOf, repositoryOf, settleOwner } from "@ghrunners/lab/owner";
import { ofPersonsStack } from "@ghrunners/lab/pulumi/stack-of-person";
import { ensureSecrets } from "@ghrunners/lab/secrets";
import { instanceNamed } from "@ghrunners/lab/instance";
import { githubSeed } from "@ghrunners/lab/seeds";
import { secrets as secretSettings } from "../config/support/settings";

describe("the owner of the lab's repository", () => {
  let state: string;
  const instance = () => ({ name: "lab", state });
  beforeEach(() => {
    state = mkdtempSync(path.join(tmpdir(), "ghr-owner-"));
  });
  afterEach(() => rmSync(state, { recursive: true }));

  it("is a person in a new lab, and is remembered", () => {
    assert.equal(settleOwner(instance(), undefined, false), "person");
    assert.equal(settleOwner(instance(), undefined, true), "person");
    assert.equal(settleOwner(instance(), "person", true), "person");
    assert.equal(ownerOf(instance()), "person");
  });

  it("is the one that was asked for, also when the next command does not ask", () => {
    assert.equal(settleOwner(instance(), "organization", false), "organization");
    assert.equal(settleOwner(instance(), undefined, true), "organization");
    assert.equal(ownerOf(instance()), "organization");
  });

  it("is not exchanged under a lab that is there", () => {
    settleOwner(instance(), undefined, false);
    assert.throws(
      () => settleOwner(instance(), "organization", true),
      /"lab" is there, with the repository of: person\. .* the repository of: organization\. Next: npm run lab -- down/,
    );
    assert.equal(ownerOf(instance()), "person");
  });

  it("may be another one where the first command was broken off before the lab was there", () => {
    settleOwner(instance(), "organization", false);
    assert.equal(settleOwner(instance(), undefined, false), "organization");
    assert.equal(settleOwner(instance(), "person", false), "person");
  });

  it("is an organization in a lab of an earlier version, unless a blank one says otherwise", () => {
    assert.equal(ownerOf(instance()), "organization");
    assert.equal(settleOwner(instance(), undefined, true), "organization");
    rmSync(path.join(state, "owner"));
    writeFileSync(path.join(state, "blank"), "person");
    assert.equal(settleOwner(instance(), undefined, true), "person");
  });
});

describe("the lab's GitHub for a person", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "ghr-owner-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("lets nobody administer the repository but its owner", () => {
    const secrets = ensureSecrets(instanceNamed("owner", { cache: folder, state: folder }));
    const folders = ["/workflows", "/files", "/releases", "/programs"] as const;
    const { owner, tokens, users } = ofPerson(githubSeed(secrets, "https://g", ...folders));
    assert.deepEqual([owner.login, owner.type, owner.plan], ["octocat", "User", "pro"]);
    const administrators = tokens.filter(({ permissions }) => permissions.administration !== undefined);
    assert.deepEqual(
      administrators.map(({ name, login }) => [name, login]),
      [
        ["operator", "octocat"],
        ["exporter", "octocat"],
      ],
    );
    assert.deepEqual(
      users.map(({ login }) => login),
      ["release-reviewer"],
    );
  });

  it("has the repository under the person's name, and the person as its operator", () => {
    assert.deepEqual(repositoryOf("person"), {
      owner: "octocat",
      repo: "demo-app",
      fullName: "octocat/demo-app",
      operator: "octocat",
    });
    assert.equal(repositoryOf("organization").fullName, "octo-org/demo-app");
    assert.equal(repositoryOf("organization").operator, "platform-operator");
  });
});

describe("a stack file of the lab for a person's repository", () => {
  const committed = (name: string): Record<string, unknown> =>
    (parse(readFileSync(path.join(projectRoot, "lab/stacks", `Pulumi.${name}.yaml`), "utf8")) as { config: object })
      .config as Record<string, unknown>;

  for (const [name, missing] of [
    ["lab", ["monitoring.hostKey", "targets[0].hostKey"]],
    ["staging", []],
    ["production", []],
  ] as const)
    it(`${name} is valid, and asks for nothing that GitHub does not have there`, () => {
      const config = ofPersonsStack(committed(name));
      const values = Object.entries(config)
        .filter(([key]) => key.startsWith("ghrunners:"))
        .map(([key, value]) => [
          key.replace("ghrunners:", ""),
          typeof value === "string" ? value : JSON.stringify(value),
        ]);
      const result = parseConfiguration({
        stack: name,
        values: { ...(Object.fromEntries(values) as Record<string, string>), ...secretSettings },
        secrets: Object.keys(secretSettings),
      });
      assert.deepEqual("problems" in result ? result.problems.map((problem) => problem.path) : [], missing);
      assert.doesNotMatch(JSON.stringify(config), /reviewers|allowedActions|octo-org/);
      assert.match(JSON.stringify(config), /octocat\/demo-app/);
    });

  it("asks for the repository's rules as Pulumi.production.yaml does", () => {
    const { config } = parse(readFileSync(path.join(projectRoot, "Pulumi.production.yaml"), "utf8")) as {
      config: Record<string, object>;
    };
    const own = ofPersonsStack(committed("lab"))["ghrunners:repository"];
    assert.deepEqual({ ...(own as object), ...config["ghrunners:repository"] }, own);
    const { "ghrunners:safety": safety } = ofPersonsStack(committed("production"));
    assert.deepEqual({ ...(safety as object), ...config["ghrunners:safety"] }, safety);
  });
});
