import assert from "node:assert/strict";
import { gitBlob } from "@ghrunners/core/github/git-blob";
import {
  changesOf,
  planProposal,
  type Proposal,
  proposalMessage,
  type ProposalSeen,
} from "@ghrunners/core/github/plan-proposal";

const [one, two] = ["one\n", "two\n"].map((text) => Buffer.from(text)) as [Buffer, Buffer];
const proposal: Proposal = {
  branch: "ghrunners/workflows",
  title: "Add the workflows",
  body: "",
  again: "ghrunners setup workflows --token-file FILE",
  files: [
    { path: "a.yml", content: one },
    { path: "b.yml", content: two },
  ],
};
const both = { "a.yml": gitBlob(one), "b.yml": gitBlob(two) };
const pull = { number: 7, url: "https://github.com/octo-org/demo-app/pull/7" };
const ours: NonNullable<ProposalSeen["branch"]> = {
  message: proposalMessage(proposal),
  parents: 1,
  onTop: true,
  files: { ...both, "other.txt": gitBlob(one) },
};

describe("the plan of a pull request", () => {
  it("is nothing where the default branch has every file", () => {
    assert.deepEqual(planProposal(proposal, { files: { ...both, more: "x" } }), { kind: "nothing" });
    assert.deepEqual(planProposal(proposal, { files: both, branch: ours, pull }), { kind: "nothing" });
  });

  it("makes a branch with what is missing or different alone", () => {
    const seen = { files: { "a.yml": gitBlob(one), "b.yml": gitBlob(one) } };
    const [, b] = proposal.files;
    assert.deepEqual(planProposal(proposal, seen), { kind: "propose", files: [b], branch: "create" });
    assert.deepEqual(changesOf(proposal.files, seen.files), { "a.yml": "same", "b.yml": "change" });
    assert.deepEqual(changesOf(proposal.files, {}), { "a.yml": "add", "b.yml": "add" });
  });

  it("does nothing while its pull request has exactly these files, and opens one for a branch without", () => {
    assert.deepEqual(planProposal(proposal, { files: {}, branch: ours, pull }), { kind: "open", pull });
    const again = planProposal(proposal, { files: {}, branch: ours });
    assert.deepEqual(again, { kind: "propose", files: proposal.files, branch: "keep" });
  });

  it("replaces its own commit, and updates the pull request that is open", () => {
    const branch = { ...ours, files: { ...both, "b.yml": gitBlob(one) } };
    const expected = { kind: "propose", files: proposal.files, branch: "replace" };
    assert.deepEqual(planProposal(proposal, { files: {}, branch, pull }), { ...expected, pull });
    assert.deepEqual(planProposal(proposal, { files: {}, branch }), expected);
  });

  it("commits anew where the default branch has moved on: the branch may have been merged, and taken back", () => {
    const branch = { ...ours, onTop: false };
    const expected = { kind: "propose", files: proposal.files, branch: "replace" };
    assert.deepEqual(planProposal(proposal, { files: {}, branch }), expected);
    assert.deepEqual(planProposal(proposal, { files: {}, branch, pull }), { kind: "open", pull });
  });

  it("never overwrites a branch whose last commit is another's", () => {
    const others = [
      { ...ours, message: "Add the workflows" },
      { ...ours, message: proposalMessage({ ...proposal, branch: "ghrunners/upkeep" }) },
      // GitHub's button to update the branch makes a merge.
      { ...ours, parents: 2 },
    ];
    for (const branch of others) {
      const plan = planProposal(proposal, { files: {}, branch: { ...branch, files: {} }, pull });
      assert.equal(plan.kind, "refused", branch.message);
      assert.match(
        plan.kind === "refused" ? plan.reason : "",
        /Seen a branch ghrunners\/workflows .*Expected .*Next: /,
      );
    }
  });
});
