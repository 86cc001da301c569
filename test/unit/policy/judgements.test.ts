import assert from "node:assert/strict";
import { isPinned, judgeActions } from "@ghrunners/policy/guards/actions-pinned";
import { foreignEvents, judgePullRequests, pullRequestsHosted } from "@ghrunners/policy/guards/pull-requests-hosted";
import { judgeLabels } from "@ghrunners/policy/guards/runner-labels-exclusive";
import { secretsEncrypted } from "@ghrunners/policy/guards/secrets-encrypted";
import { workflowFacts } from "@ghrunners/policy/workflows";

const sha = "0123456789abcdef0123456789abcdef01234567";
const digest = "a".repeat(64);
const labels = ["self-hosted", "linux", "x64", "production", "primary"];

describe("an action's pin", () => {
  it("is all of what it is used by", () => {
    for (const uses of [` a/b@${sha}`, `a/b@${sha}0`, `a/b@v1 a/b@${sha}`, `x@a/b@${sha}`, `a b@${sha}`, "a/b./c@v1"])
      assert.ok(!isPinned(uses), uses);
    for (const image of [
      `xdocker://a@sha256:${digest}`,
      `docker://a@sha256:${digest}0`,
      `docker://a@b@sha256:${digest}`,
    ])
      assert.ok(!isPinned(image), image);
  });

  it("is missed in words", () => {
    const facts = workflowFacts("a.yml", `on: push\njobs: { a: { uses: a/b@v1 }, b: { uses: ./x } }`);
    assert.deepEqual(judgeActions([facts]), ["a.yml uses a/b@v1. Expected it pinned by the 40 digits of its commit."]);
  });
});

describe("jobs of pull requests", () => {
  const judged = (runsOn: string, on = "pull_request", own: readonly string[] = labels): string[] =>
    judgePullRequests([workflowFacts("a.yml", `on: ${on}\njobs: { j: { ${runsOn} } }`)], own);
  const says = (why: string, events = "pull_request"): string[] => [
    `Job j of a.yml runs at ${events} and may land on a self-hosted runner: ${why}. Expected a fixed label of a GitHub-hosted image.`,
  ];

  it("are reported with each event that outsiders can cause, and each label of this stack", () => {
    assert.deepEqual(judged("runs-on: [primary, x64]"), says("it asks for primary, x64"));
    assert.deepEqual(judged("runs-on: [primary, other]"), says("it asks for primary"));
    assert.deepEqual(judged("runs-on: [self-hosted, primary]"), says("it asks for self-hosted"));
    assert.deepEqual(judged("runs-on: self-hosted", "push", labels), []);
    assert.deepEqual(judged("runs-on: Self-Hosted", "pull_request", []), says("it asks for self-hosted"));
    const events = "pull_request, pull_request_target";
    assert.deepEqual(judged("runs-on: primary", `[${events}, push]`), says("it asks for primary", events));
  });

  it("know every event by which an outsider's code or text comes in", () => {
    const events = ["pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment"];
    assert.deepEqual([...foreignEvents], [...events, "issue_comment", "merge_group"]);
  });

  it("may have labels from an expression for own branches at pull_request alone", () => {
    const own = "github.event.pull_request.head.repo.full_name == github.repository";
    const chosen = `if: "${own}", runs-on: "\${{ fromJSON(vars.X) }}"`;
    assert.deepEqual(judged(chosen), []);
    const events = "pull_request, issue_comment";
    assert.deepEqual(judged(chosen, `[${events}]`), says("an expression chooses its labels", events));
  });

  it("may call a workflow of another file: its own jobs are judged there", () => {
    assert.deepEqual(judged("uses: ./.github/workflows/b.yml"), []);
  });

  it("may ask for a hosted image, even where a runner of ours has its name", () => {
    const own = ["ubuntu-24.04", "my-ubuntu-24.04", "ubuntu-", "ubuntu-24.04 large"];
    for (const label of ["ubuntu-24.04", "macos-15", "windows-2025"])
      assert.deepEqual(judged(`runs-on: ${label}`, "pull_request", [label]), [], label);
    for (const label of own.slice(1))
      assert.deepEqual(judged(`runs-on: "${label}"`, "pull_request", own), says(`it asks for ${label}`));
  });

  it("are described by what guards against them", () => {
    assert.match(
      pullRequestsHosted.description,
      /^No job of a pull request runs .* until it was reviewed\. The job hook/,
    );
  });
});

describe("labels of a runner", () => {
  const judged = (own: readonly string[], jobs = ""): string[] =>
    judgeLabels("r", own, "production", jobs === "" ? [] : [workflowFacts("a.yml", `on: push\njobs: { ${jobs} }`)]);
  const shared = (label: string): string[] => [
    `Runner r has the label "${label}", which other jobs ask for. Expected labels of its own.`,
  ];

  it("are not the labels that every workflow asks for, compared as whole words", () => {
    for (const label of ["ubuntu-x", "windows-x", "macos-x", "default", "any", "shared", "build", "ci", "test"])
      assert.deepEqual(judged([...labels, label]), shared(label));
    for (const label of ["dev", "development", "staging", "CI", "Ubuntu-24.04"])
      assert.deepEqual(judged([...labels, label]), shared(label));
    for (const label of ["my-ubuntu-x", "ubuntu", "ci-2", "my-ci", "testing"])
      assert.deepEqual(judged([...labels, label]), [], label);
  });

  it("are more than what GitHub gives by system and architecture", () => {
    const broad = ["self-hosted", "linux", "windows", "macos", "x64", "x86", "arm", "ARM64"];
    assert.deepEqual(judged(broad), [
      `Runner r has only the labels ${broad.join(", ")}. Expected one that names its environment.`,
    ]);
    for (const label of broad) assert.equal(judged([label]).length, 1, label);
    assert.deepEqual(judged([...broad, "production"]), []);
  });

  it("let no job in that does not name the environment", () => {
    const may =
      'Job j of a.yml may land on runner r (runs-on: self-hosted, linux) without the environment "production". ' +
      "Expected environment: production, or other labels.";
    assert.deepEqual(judged(labels, "j: { runs-on: [self-hosted, Linux] }"), [may]);
    assert.deepEqual(judged(labels, "j: { runs-on: [self-hosted, Linux], environment: staging }"), [may]);
    assert.deepEqual(judged(labels, "j: { runs-on: [self-hosted, Linux], environment: production }"), []);
    assert.deepEqual(judged(labels, "j: { runs-on: [self-hosted, gpu] }"), []);
    assert.deepEqual(judged(labels, 'j: { runs-on: "${{ inputs.x }}" }'), []);
    assert.deepEqual(judged(labels, "j: { uses: ./b.yml }"), []);
  });
});

describe("secrets of a program", () => {
  it("are none where there are none", () => {
    assert.deepEqual(secretsEncrypted.judge({ environment: "production" }), []);
    const secrets = [
      { name: "A", plaintext: true },
      { name: "B", plaintext: false },
    ];
    assert.deepEqual(secretsEncrypted.judge({ environment: "production", secrets }), [
      "The secret A is given as plaintextValue. Expected value or valueEncrypted.",
    ]);
  });
});
