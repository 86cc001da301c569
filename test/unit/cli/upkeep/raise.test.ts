import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { UpkeepFinding, UpkeepReport } from "@ghrunners/cli/upkeep/finding";
import { parseStackDocument, settingsIn } from "@ghrunners/cli/pulumi/stack-document";
import { followersOf } from "@ghrunners/cli/upkeep/followers";
import { raised, upkeepProposal } from "@ghrunners/cli/upkeep/raise";
import { renderUpkeep, upkeepExitCode } from "@ghrunners/cli/upkeep/render";
import { projectRoot } from "@ghrunners/core/project-root";

const file = "Pulumi.staging.yaml";
const committed = readFileSync(path.join(projectRoot, file), "utf8");
const runner: UpkeepFinding = {
  item: {
    what: "runner",
    state: "newer",
    now: "2.335.1",
    newest: "2.336.0",
    due: "2026-07-15T12:00:00Z",
    dueBecause: "2.336.0 was published on 2026-06-15, and GitHub gives 30 days",
    source: "https://github.com/actions/runner/releases/tag/v2.336.0",
    note: null,
  },
  settings: { agent: { version: "2.336.0" } },
};
const image: UpkeepFinding = {
  item: { ...runner.item, what: "image", now: "20260601-1", newest: "20260702-2", due: null, dueBecause: null },
  settings: {
    proxmox: { image: { url: "https://images.example/20260702-2/d-20260702-2.qcow2", checksum: "b".repeat(128) } },
  },
};
const production = `config:
  ghrunners:promotion: { from: organization/ghrunners/staging }
  ghrunners:agent: { version: 2.335.1 }
`;
const lines = (text: string): string[] => text.split("\n");

describe("a stack's file with newer versions", () => {
  it("has these lines more, and every other line as it was, comments included", () => {
    const added = ["  ghrunners:agent:", "    version: 2.336.0"];
    assert.deepEqual(lines(raised(committed, file, [runner])), [...lines(committed).slice(0, -1), ...added, ""]);
  });

  it("has the changed values in their places, and an encrypted value untouched", () => {
    const text = `encryptionsalt: v1:abc=:v1:def
config:
  ghrunners:proxmox:
    image: # Debian 13
      url: https://images.example/20260601-1/d-20260601-1.qcow2
      checksum: ${"a".repeat(128)} # from SHA512SUMS
      storage: local
  ghrunners:agent:
    # Raised by hand until now.
    version: "2.335.1" # see there
    allowedRefs: [ refs/heads/main,  "refs/tags/*" ]
  ghrunners:githubToken:
    secure: v1:xyz=
`;
    const expected = text
      .replaceAll("20260601-1", "20260702-2")
      .replace("a".repeat(128), "b".repeat(128))
      .replace('"2.335.1"', "2.336.0");
    assert.equal(raised(text, file, [runner, image]), expected);
    assert.equal(raised(expected, file, [runner, image]), expected);
  });

  it("gets an entry in a group that lacks it, behind the others", () => {
    const group = (...entries: string[]): string =>
      ["config:", "  ghrunners:agent:", ...entries, "  ghrunners:hosts: skip # none", ""].join("\n");
    const refs = ["    # Ours.", "    allowedRefs:", "      - refs/heads/main # and", "      - refs/tags/*"];
    assert.equal(raised(group(...refs), file, [runner]), group(...refs, "    version: 2.336.0"));
    assert.equal(
      raised(group("    extraLabels: [a]"), file, [runner]),
      group("    extraLabels: [a]", "    version: 2.336.0"),
    );
  });

  it("is right, if not as it was written, where an entry cannot be added in place", () => {
    const expected = { agent: { extraLabels: ["a"], version: "2.336.0" } };
    for (const text of [
      "config:\n  ghrunners:agent: { extraLabels: [a] }\n",
      "config: { 'ghrunners:agent': { extraLabels: [a] } }",
    ])
      assert.deepEqual(settingsIn(parseStackDocument(raised(text, file, [runner]), file)), expected);
    for (const text of ["config: {}\n", "encryptionsalt: v1:abc=\n", ""])
      assert.deepEqual(settingsIn(parseStackDocument(raised(text, file, [runner]), file)), runner.settings, text);
  });

  it("stays byte for byte where nothing is newer, however it is written", () => {
    const odd = "config:   { 'ghrunners:agent':  {version: 2.336.0} }\n";
    assert.equal(raised(odd, file, [{ item: { ...runner.item, state: "current" } }]), odd);
  });
});

describe("the pull request with newer versions", () => {
  const files = { [file]: committed, "Pulumi.production.yaml": production };
  const followers = followersOf(files, "staging", [runner, image]);
  const proposal = upkeepProposal("staging", file, committed, [runner, image], followers);

  it("has what changed, by when it is due, what follows, and the one command back", () => {
    assert.deepEqual(
      [proposal.branch, proposal.title],
      ["ghrunners/upkeep-staging", "staging: runner 2.336.0, image 20260702-2"],
    );
    for (const line of [
      "| runner | 2.335.1 | 2.336.0 | **2026-07-15**: 2.336.0 was published on 2026-06-15, and GitHub gives 30 days | https://github.com/actions/runner/releases/tag/v2.336.0 |",
      "- production follows by promotion: a tag, or `ghrunners promote production --stack production --approved-by LOGIN`",
      "  - `Pulumi.production.yaml` names agent.version itself. Remove it there, so that the stack takes the proved one",
      "    ghrunners rollback-runners --stack staging",
      "    ghrunners rollback-runners --stack production",
    ])
      assert.ok(lines(proposal.body).includes(line), line);
    assert.match(proposal.body, /\| image \| 20260601-1 \| 20260702-2 \| no end announced \|/);
  });

  it("names only the stacks that this one proves, and only what is raised", () => {
    assert.deepEqual(followers, [{ stack: "production", pins: ["agent.version"] }]);
    assert.deepEqual(followersOf(files, "production", [runner]), []);
    assert.deepEqual(followersOf(files, "staging", [image]), [{ stack: "production", pins: [] }]);
    const pinned = `${production}  ghrunners:proxmox: { image: { url: x } }\n`;
    const [both] = followersOf({ "Pulumi.production.yaml": pinned }, "staging", [runner, image]);
    assert.deepEqual(both?.pins, ["agent.version", "proxmox.image"]);
    const { body } = upkeepProposal(
      "staging",
      file,
      committed,
      [image],
      [{ stack: "production", pins: ["proxmox.image"] }],
    );
    assert.match(body, /names proxmox\.image\. Give it the same url and checksum, else the promotion is refused/);
  });
});

describe("what ghrunners upkeep prints", () => {
  const report: UpkeepReport = { stack: "staging", file, items: [runner.item], followers: [], proposal: null };
  const opened = {
    repository: "octo-org/demo-app",
    branch: "b",
    state: "opened",
    pullRequest: { number: 7, url: "https://github.example/7" },
  } as const;
  const shown = (value: UpkeepReport, next?: string): string => stripVTControlCharacters(renderUpkeep(value, next));

  it("has a table, the reason for the date, and the next line", () => {
    const text = shown(report, "ghrunners upkeep --propose");
    assert.match(text, /^ {2}what +now +newest +due by +state +source$/m);
    assert.match(text, /^ {2}runner +2\.335\.1 +2\.336\.0 +2026-07-15 +newer +https:/m);
    assert.match(text, /^ {2}runner: 2\.336\.0 was published/m);
    assert.match(text, /^Nothing was changed\.\nNext: ghrunners upkeep --propose$/m);
    assert.match(shown({ ...report, proposal: opened }), /^Opened a pull request\.\nNext: review and merge https:/m);
    // Of a stack that follows another one nothing is proposed.
    assert.doesNotMatch(shown(report), /Next:/);
    const pins = [{ stack: "production", pins: ["agent.version"] }];
    assert.match(shown({ ...report, followers: pins }), /production: its own file names agent\.version, which/);
  });

  it("ends with 1 while something is left to do, or is not known", () => {
    const of = (state: UpkeepFinding["item"]["state"], proposal: UpkeepReport["proposal"] = null): number =>
      upkeepExitCode({ items: [{ ...runner.item, state }], proposal });
    assert.deepEqual(
      (["current", "unwatched", "newer", "by-hand", "unknown"] as const).map((state) => of(state)),
      [0, 0, 1, 1, 1],
    );
    assert.deepEqual(
      (["newer", "by-hand", "unknown"] as const).map((state) => of(state, opened)),
      [0, 0, 1],
    );
  });
});
