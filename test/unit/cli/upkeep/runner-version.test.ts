import assert from "node:assert/strict";
import { judgeRunner, type VersionsSeen } from "@ghrunners/cli/upkeep/runner-version";
import type { RunnerDownload, RunnerVersion } from "@ghrunners/core/github/runner-release";
import { toVersions } from "@ghrunners/core/github/runner-release";

const download = (version: string, digit: string): RunnerDownload => ({
  os: "linux",
  architecture: "x64",
  filename: `actions-runner-linux-x64-${version}.tar.gz`,
  url: `https://github.com/actions/runner/releases/download/v${version}/actions-runner-linux-x64-${version}.tar.gz`,
  sha256: digit.repeat(64),
});
const version = (name: string, published: string, isPrerelease = false): RunnerVersion => ({
  version: name,
  isPrerelease,
  publishedAt: Date.parse(published),
  downloads: [download(name, name.at(-3) ?? "0")],
});
const versions = [
  version("2.337.0", "2026-07-20T00:00:00Z", true),
  version("2.336.0", "2026-06-15T00:00:00Z"),
  version("2.335.1", "2026-05-11T00:00:00Z"),
  version("2.334.0", "2026-04-01T00:00:00Z"),
];
const seen: VersionsSeen = { offered: undefined, versions, ends: undefined };

describe("the runner's version in a stack's file", () => {
  it("is due 30 days after the first version that is newer", () => {
    const { item, settings } = judgeRunner({ version: "2.334.0" }, seen);
    assert.deepEqual(
      [item.state, item.now, item.newest, item.due],
      ["newer", "2.334.0", "2.336.0", "2026-06-10T00:00:00.000Z"],
    );
    assert.equal(item.dueBecause, "2.335.1 was published on 2026-05-11, and GitHub gives 30 days");
    assert.equal(item.source, "https://github.com/actions/runner/releases/tag/v2.336.0");
    assert.deepEqual(settings, { agent: { version: "2.336.0" } });
  });

  it("is due when GitHub ends it, where GitHub says so", () => {
    const ends = Date.parse("2026-08-01T00:00:00Z");
    const { item } = judgeRunner({ version: "2.334.0" }, { ...seen, ends });
    assert.deepEqual([item.due, item.dueBecause], ["2026-08-01T00:00:00.000Z", "GitHub ends 2.334.0 on 2026-08-01"]);
  });

  it("is compared with what GitHub offers the repository, before any release", () => {
    const offered = [download("2.335.1", "a")];
    assert.equal(judgeRunner({ version: "2.334.0" }, { ...seen, offered }).item.newest, "2.335.1");
    const current = judgeRunner({ version: "2.335.1" }, { ...seen, offered });
    assert.deepEqual([current.item.state, current.settings, current.item.due], ["current", undefined, null]);
  });

  it("is never lowered, and a pre-release is not newer", () => {
    for (const now of ["2.336.0", "2.337.0"]) assert.equal(judgeRunner({ version: now }, seen).item.state, "current");
  });

  it("is proposed where the file names none, without a date", () => {
    const { item, settings } = judgeRunner({}, seen);
    assert.deepEqual([item.state, item.now, item.due], ["newer", null, null]);
    assert.match(item.note ?? "", /names no version/);
    assert.deepEqual(settings, { agent: { version: "2.336.0" } });
  });

  it("takes the address and the digest of a pinned archive along", () => {
    const pinned = {
      version: "2.335.1",
      downloadUrl: "https://mirror.example/2.335.1/actions-runner-linux-x64-2.335.1.tar.gz",
      sha256: "f".repeat(64),
    };
    assert.deepEqual(judgeRunner(pinned, seen).settings, {
      agent: {
        version: "2.336.0",
        downloadUrl: "https://mirror.example/2.336.0/actions-runner-linux-x64-2.336.0.tar.gz",
        sha256: "6".repeat(64),
      },
    });
    const fixed = judgeRunner({ ...pinned, downloadUrl: "https://mirror.example/runner.tar.gz" }, seen);
    assert.deepEqual([fixed.item.state, fixed.settings], ["by-hand", undefined]);
    assert.match(fixed.item.note ?? "", /without the version in it\. Expected .*Next: set version/);
    const unsigned = versions.map((each) => ({ ...each, downloads: [] }));
    const { item } = judgeRunner(pinned, { ...seen, versions: unsigned });
    assert.deepEqual([item.state, /no release v2\.336\.0/.test(item.note ?? "")], ["by-hand", true]);
  });

  it("is unknown where GitHub shows nothing, with the cause", () => {
    const nothing = { offered: undefined, versions: undefined, ends: undefined };
    const { item } = judgeRunner({ version: "2.335.1" }, nothing, ["GitHub refused."]);
    assert.deepEqual([item.state, item.note], ["unknown", "Seen no version of the runner at GitHub. GitHub refused."]);
  });

  it("is read from releases that were published, of versions alone", () => {
    const raw = {
      tag_name: "v2.336.0",
      draft: false,
      prerelease: false,
      published_at: "2026-06-15T00:00:00Z",
      assets: [],
    };
    const found = toVersions([
      raw,
      { ...raw, draft: true },
      { ...raw, published_at: null },
      { ...raw, tag_name: "nightly" },
    ]);
    assert.deepEqual(
      found.map(({ version: name, publishedAt }) => [name, publishedAt]),
      [["2.336.0", Date.parse("2026-06-15T00:00:00Z")]],
    );
  });
});
