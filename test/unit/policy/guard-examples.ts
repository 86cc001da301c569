import type { GuardName } from "@ghrunners/core/vocabulary/safety";
import type { LocalFacts, Resource } from "@ghrunners/policy/resource-facts";
import { workflowFacts } from "@ghrunners/policy/workflows";

export const pool = "ghrunners:pool:RunnerPool";
const preflight = "pulumi-nodejs:dynamic/ghrunners:Preflight";
export const labels = ["self-hosted", "linux", "x64", "production", "primary"];
const runners = (own: readonly string[], events = ["push"]): Partial<Resource> => ({
  type: pool,
  props: { members: [{ role: "primary", runner: "runner-1", labels: own }], events },
});
/** What a judgement needs beside the resource. */
type OtherFacts = LocalFacts & { readonly environment: string };
const workflow = (text: string): Partial<OtherFacts> => ({ workflows: () => [workflowFacts("a.yml", text)] });
const job = (more: string, on = "push"): Partial<OtherFacts> =>
  workflow(`on: ${on}\njobs: { a: { ${more}, steps: [{ run: x }] } }`);
const using = (uses: string): Partial<OtherFacts> =>
  workflow(`on: push\njobs: { a: { runs-on: ubuntu-24.04, steps: [{ uses: "${uses}" }] } }`);
export const sha = "0123456789abcdef0123456789abcdef01234567";

export interface Example {
  readonly what: string;
  readonly resource: Partial<Resource>;
  readonly others?: Partial<OtherFacts>;
  /** What the one violation says; undefined where there is none. */
  readonly violation?: RegExp;
}
const bad = (what: string, violation: RegExp, resource: Partial<Resource>, others?: Partial<OtherFacts>): Example => ({
  what,
  violation,
  resource,
  others,
});
const good = (what: string, resource: Partial<Resource>, others?: Partial<OtherFacts>): Example => ({
  what,
  resource,
  others,
});

const environmentType = "ghrunners:deployment:DeploymentEnvironment";
const tokenType = "github:index/workflowRepositoryPermissions:WorkflowRepositoryPermissions";
const actionsType = "github:index/actionsRepositoryPermissions:ActionsRepositoryPermissions";
const secretType = "github:index/actionsSecret:ActionsSecret";
const vmType = "proxmoxve:index/vmLegacy:VmLegacy";

export const specification: Readonly<Record<GuardName, readonly Example[]>> = {
  "repository-private": [
    bad("a preflight that accepts a public repository", /accepts a public repository/, {
      type: preflight,
      props: { publicAllowed: true },
    }),
    bad("a repository made public", /is public/, {
      type: "github:index/repository:Repository",
      props: { visibility: "public" },
    }),
    good("a preflight that accepts only a private repository", { type: preflight, props: { publicAllowed: false } }),
    good("a private repository", { type: "github:index/repository:Repository", props: { visibility: "private" } }),
  ],
  "runner-labels-exclusive": [
    bad(
      "a runner with a label of GitHub's machines",
      /has the label "ubuntu-latest"/,
      runners([...labels, "ubuntu-latest"]),
    ),
    bad(
      "a runner with nothing but broad labels",
      /only the labels self-hosted, linux, x64/,
      runners(["self-hosted", "linux", "x64"]),
    ),
    bad(
      "a job without the environment",
      /Job a of a\.yml may land/,
      runners(labels),
      job("runs-on: [self-hosted, Linux]"),
    ),
    good("a runner with its own labels", runners(labels)),
    good(
      "a job for the environment",
      runners(labels),
      job("runs-on: [self-hosted, production], environment: { name: production }"),
    ),
    good("a job for other runners", runners(labels), job("runs-on: [self-hosted, gpu]")),
    good("a label of GitHub's machines in staging", runners([...labels, "ubuntu-latest"]), { environment: "staging" }),
  ],
  "pull-requests-hosted": [
    bad(
      "a pull request on self-hosted",
      /asks for self-hosted/,
      runners(labels),
      job("runs-on: self-hosted", "pull_request"),
    ),
    bad(
      "a pull request on a label of this stack",
      /asks for primary/,
      runners(labels),
      job("runs-on: primary", "[push, pull_request_target]"),
    ),
    bad(
      "a runner that an expression chooses",
      /an expression chooses/,
      runners(labels),
      job('runs-on: "${{ inputs.x }}"', "issue_comment"),
    ),
    bad("a runner group", /an expression chooses/, runners(labels), job("runs-on: { group: x }", "pull_request")),
    bad(
      "runners that accept jobs of pull requests",
      /accept jobs of pull_request\./,
      runners(labels, ["push", "pull_request"]),
    ),
    ...(["|| true", ""] as const).map((more) => {
      const own = "github.event.pull_request.head.repo.full_name == github.repository";
      const chosen = job(`if: "${own} && vars.X != '' ${more}", runs-on: "\${{ fromJSON(vars.X) }}"`, "pull_request");
      return more === ""
        ? good("own branches on a runner of the repository's choice", runners(labels), chosen)
        : bad("a condition that lets forks in", /an expression chooses/, runners(labels), chosen);
    }),
    bad(
      "own branches on a runner of this stack",
      /asks for primary/,
      runners(labels),
      job('if: "github.event.pull_request.head.repo.full_name == github.repository", runs-on: primary', "pull_request"),
    ),
    good("a pull request on GitHub's machines", runners(labels), job("runs-on: ubuntu-24.04", "pull_request")),
    good("a push on a runner of this stack", runners(labels), job("runs-on: [self-hosted, primary]")),
  ],
  "default-token-read-only": [
    bad("a token that writes", /can write/, { type: tokenType, props: { defaultWorkflowPermissions: "write" } }),
    bad("approval by workflows", /may approve/, { type: tokenType, props: { canApprovePullRequestReviews: true } }),
    good("a token that reads", {
      type: tokenType,
      props: { defaultWorkflowPermissions: "read", canApprovePullRequestReviews: false },
    }),
  ],
  "passphrase-set": [
    bad(
      "an empty passphrase",
      /passphrase is empty/,
      { type: "pulumi:pulumi:Stack" },
      { passphraseIsEmpty: () => true },
    ),
    good("a passphrase that is set", { type: "pulumi:pulumi:Stack" }),
  ],
  "actions-pinned": [
    bad("a repository that takes tags", /not pinned/, { type: actionsType, props: { shaPinningRequired: false } }),
    bad("an action by its tag", /uses actions\/checkout@v5/, runners(labels), using("actions/checkout@v5")),
    bad("an image by its tag", /uses docker:\/\/alpine:3/, runners(labels), using("docker://alpine:3")),
    good("a repository that demands commits", { type: actionsType, props: { shaPinningRequired: true } }),
    good("a repository without actions", { type: actionsType, props: { enabled: false } }),
    good("an action by its commit", runners(labels), using(`actions/checkout@${sha}`)),
    good("files of the same commit", runners(labels), using("./.github/actions/x")),
  ],
  "production-reviewed": [
    bad("an environment without reviewers", /has no reviewers/, {
      type: environmentType,
      props: { environment: "production" },
    }),
    bad("an environment with an empty list of reviewers", /has no reviewers/, {
      type: environmentType,
      props: { environment: "production", reviewers: [] },
    }),
    good("an environment with a reviewer", {
      type: environmentType,
      props: { environment: "production", reviewers: ["octocat"] },
    }),
    good("an environment other than production, without reviewers", {
      type: environmentType,
      props: { environment: "staging" },
    }),
  ],
  "production-vm-protected": [
    bad("a VM that is not protected", /not protected/, { type: vmType, protect: false }),
    good("a protected VM", { type: vmType, protect: true }),
    good("an unprotected VM outside production", { type: vmType, protect: false }, { environment: "lab" }),
  ],
  "secrets-encrypted": [
    bad("a secret in plain text", /plaintextValue/, { type: secretType, props: { plaintextValue: "x" } }),
    good("an encrypted secret", { type: secretType, props: { value: "x" } }),
  ],
};
