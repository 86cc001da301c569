import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { UpdateWatch } from "@ghrunners/exporter/host/update-watch";
import {
  evaluateUpdates,
  parsePolicy,
  parseUpgrade,
  pendingSince,
  type UpdateState,
  VALID_SECONDS,
} from "@ghrunners/exporter/host/updates";

/** Recorded on Debian 12, and in the same form on Debian 13 and Ubuntu 24.04. */
const upgrade = `NOTE: This is only a simulation!
Reading package lists...
The following NEW packages will be installed:
  linux-image-6.1.0-41-amd64
The following packages have been kept back:
  held
Inst base-files [12.4+deb12u11] (12.4+deb12u15 Debian:12.15/oldstable [amd64])
Inst libzstd1:amd64 [1.5.4+dfsg2-5] (1.5.4+dfsg2-5+deb12u1 Debian-Security:12/oldstable-security [amd64]) []
Inst openssl [3.0.19-1~deb12u2] (3.0.22-2~deb12u1 Debian:12.16/oldstable [amd64])
Inst linux-image-6.1.0-41-amd64 (6.1.158-1 Debian-Security:12/oldstable-security [amd64])
Conf base-files (12.4+deb12u15 Debian:12.15/oldstable [amd64])
`;
const policy = `base-files:
  Installed: 12.4+deb12u11
  Candidate: 12.4+deb12u15
  Version table:
     12.4+deb12u15 500
        500 http://mirror.example/debian bookworm/main amd64 Packages
 *** 12.4+deb12u11 100
        100 /var/lib/dpkg/status
     12.4+deb12u9 500
        500 http://mirror.example/debian-security bookworm-security/main amd64 Packages
libzstd1:amd64:
  Installed: 1.5.4+dfsg2-5
  Candidate: 1.5.4+dfsg2-5+deb12u1
  Version table:
     1.5.4+dfsg2-5+deb12u1 500
        500 http://mirror.example/debian-security bookworm-security/main amd64 Packages
 *** 1.5.4+dfsg2-5 500
        500 http://mirror.example/debian bookworm/main amd64 Packages
        100 /var/lib/dpkg/status
openssl:
  Installed: 3.0.19-1~deb12u2
  Candidate: 3.0.22-2~deb12u1
  Version table:
     3.0.22-2~deb12u1 500
        500 http://mirror.example/debian bookworm/main amd64 Packages
     3.0.22-1~deb12u2 500
        500 http://mirror.example/debian-security bookworm-security/main amd64 Packages
 *** 3.0.19-1~deb12u2 100
        100 /var/lib/dpkg/status
linux-image-6.1.0-41-amd64:
  Installed: (none)
  Candidate: 6.1.158-1
  Version table:
     6.1.158-1 500
        500 http://mirror.example/debian-security bookworm-security/main amd64 Packages
`;
const names = ["base-files", "libzstd1:amd64", "openssl", "linux-image-6.1.0-41-amd64"];

describe("the updates of a host", () => {
  it("are the packages that an upgrade would install, new ones included", () => {
    assert.deepEqual(parseUpgrade(upgrade), names);
    assert.deepEqual(parseUpgrade("Reading package lists...\n0 upgraded, 0 newly installed\n"), []);
  });

  it("are security updates where a newer version is in a security suite, although the newest is in another", () => {
    const secure = parsePolicy(names, policy).filter(({ security }) => security);
    // base-files has a security version, but the installed one is newer.
    assert.deepEqual(
      secure.map(({ name }) => name),
      ["libzstd1:amd64", "openssl", "linux-image-6.1.0-41-amd64"],
    );
  });

  it("are not guessed for a package that apt says nothing about", () => {
    assert.throws(() => parsePolicy(["bash"], policy), /says nothing about bash/);
  });

  it("are pending since they were first seen; one that becomes a security update is one from then on", () => {
    const before = [
      { name: "a", security: true, since: 10 },
      { name: "b", security: false, since: 20 },
      { name: "gone", security: true, since: 5 },
      { name: "future", security: true, since: 900 },
    ];
    const now = ["a", "b", "c", "future"].map((name) => ({ name, security: true }));
    assert.deepEqual(
      pendingSince(now, before, 100).map(({ name, since }) => [name, since]),
      [
        ["a", 10],
        ["b", 100],
        ["c", 100],
        ["future", 100],
      ],
    );
  });
});

describe("what the host view says about updates", () => {
  const state = (change: Partial<UpdateState> = {}): UpdateState => ({
    refreshedAt: 1000,
    installed: "1",
    sources: "1",
    pending: [
      { name: "a", security: true, since: 700 },
      { name: "b", security: true, since: 500 },
      { name: "c", security: false, since: 100 },
    ],
    ...change,
  });
  const values = (...args: Parameters<typeof evaluateUpdates>): Record<string, number> =>
    Object.fromEntries(
      evaluateUpdates(...args).map(({ metric, labels, value }) => [
        [metric, ...Object.values(labels)].join(" "),
        value,
      ]),
    );

  it("counts by kind, with the age of the oldest", () => {
    assert.deepEqual(values(state(), { required: true, since: 900 }, 50, 1100), {
      runnerUpdatesKnown: 1,
      "runnerUpdatesPending security": 2,
      "runnerUpdatesPendingSince security": 500,
      "runnerUpdatesPending other": 1,
      "runnerUpdatesPendingSince other": 100,
      runnerUpdatesRefreshed: 1000,
      runnerUpdatesInstalled: 50,
      runnerRebootRequired: 1,
      runnerRebootRequiredSince: 900,
    });
  });

  it("a host without updates has 0, and no age", () => {
    const seen = values(state({ pending: [] }), { required: false, since: undefined }, undefined, 1100);
    assert.deepEqual(seen, {
      runnerUpdatesKnown: 1,
      "runnerUpdatesPending security": 0,
      "runnerUpdatesPending other": 0,
      runnerUpdatesRefreshed: 1000,
      runnerRebootRequired: 0,
    });
  });

  it("lists that are missing or a day old say nothing: unknown is a state of its own, not 0", () => {
    assert.deepEqual(values(undefined, undefined, undefined, 1100), { runnerUpdatesKnown: 0 });
    assert.deepEqual(values(state(), undefined, undefined, 1001 + VALID_SECONDS), {
      runnerUpdatesKnown: 0,
      runnerUpdatesRefreshed: 1000,
    });
  });
});

/** apt, as far as the exporter uses it: what it does is in files of its folder. */
const aptStub = `#!/bin/sh
here=$(dirname "$0")
echo "$(basename "$0") $*" >>"$here/calls"
for last; do :; done
case "$(basename "$0") $last" in
  "apt-get update") if [ -e "$here/fails" ]; then echo "E: The repository has no Release file." >&2; exit 100; fi ;;
  "apt-get upgrade") cat "$here/upgrade" ;;
  *) cat "$here/policy" ;;
esac
`;

describe("watching the updates", () => {
  let folder: string;
  let bin: string;
  const search = process.env.PATH;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "ghr-updates-"));
    bin = path.join(folder, "bin");
    mkdirSync(bin);
    for (const name of ["apt-get", "apt-cache"]) {
      writeFileSync(path.join(bin, name), aptStub);
      chmodSync(path.join(bin, name), 0o755);
    }
    writeFileSync(path.join(bin, "upgrade"), upgrade);
    writeFileSync(path.join(bin, "policy"), policy);
    process.env.PATH = `${bin}:${search}`;
  });
  afterEach(() => {
    process.env.PATH = search;
    rmSync(folder, { recursive: true });
  });
  const watch = (seconds = 3600): UpdateWatch => new UpdateWatch(folder, seconds, () => undefined);
  const known = (one: UpdateWatch): number | undefined =>
    one.samples().find(({ metric }) => metric === "runnerUpdatesKnown")?.value;
  const calls = (): string[] =>
    existsSync(path.join(bin, "calls"))
      ? readFileSync(path.join(bin, "calls"), "utf8")
          .split("\n")
          .flatMap((line) => / (update|upgrade|policy)( |$)/.exec(line)?.[1] ?? [])
      : [];

  it("says nothing before the first look, and does not ask apt again while nothing has changed", async () => {
    const one = watch();
    assert.deepEqual(one.samples(), []);
    await one.lookAtUpdates();
    await one.lookAtUpdates();
    assert.deepEqual(calls(), ["update", "upgrade", "policy"]);
    assert.equal(known(one), 1);
  });

  it("keeps what it knows across a restart", async () => {
    await watch().lookAtUpdates();
    const again = watch();
    assert.equal(known(again), 1);
    await again.lookAtUpdates();
    assert.equal(calls().length, 3);
  });

  it("asks with lists of its own and without a lock of the host", async () => {
    await watch().lookAtUpdates();
    for (const line of readFileSync(path.join(bin, "calls"), "utf8").trim().split("\n"))
      assert.match(line, new RegExp(`Dir::State::lists=${folder}/apt/lists`));
  });

  it("is unknown when a source does not answer, and says which", async () => {
    writeFileSync(path.join(bin, "fails"), "");
    const one = watch();
    await assert.rejects(one.lookAtUpdates(), /apt-get update: E: The repository has no Release file/);
    assert.equal(known(one), 0);
  });

  it("survives a file that is not its state", async () => {
    writeFileSync(path.join(folder, "updates.json"), "{");
    const one = watch();
    await one.lookAtUpdates();
    assert.equal(known(one), 1);
  });
});
