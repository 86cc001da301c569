import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ensurePackages } from "@ghrunners/lab/packages";

const wanted = [{ program: "ghr-tool", package: "ghr-tool-package" }];

/** With an apt-get on PATH that does what the test says, and a cache of its own. */
describe("Debian packages of the lab", function () {
  this.timeout(30_000);
  let folder: string;
  const before = { ...process.env };
  const said: string[] = [];
  const calls = (): string[] =>
    existsSync(path.join(folder, "calls")) ? readFileSync(path.join(folder, "calls"), "utf8").trim().split("\n") : [];
  const ensure = (): Promise<string[]> => ensurePackages((line) => void said.push(line), wanted);

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "ghr-apt-"));
    said.length = 0;
    mkdirSync(path.join(folder, "bin"));
    process.env.PATH = `${path.join(folder, "bin")}:${before.PATH}`;
    process.env.XDG_CACHE_HOME = path.join(folder, "cache");
  });
  afterEach(() => {
    process.env.PATH = before.PATH;
    if (before.XDG_CACHE_HOME === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before.XDG_CACHE_HOME;
    rmSync(folder, { recursive: true });
  });

  const installs = `touch $FOLDER/bin/ghr-tool; chmod +x $FOLDER/bin/ghr-tool`;
  /** @param install what it does on install, @param update on update */
  function aptGet(install: string, update = "exit 0"): void {
    const file = path.join(folder, "bin", "apt-get");
    writeFileSync(
      file,
      `#!/bin/sh\nFOLDER=${folder}\necho "$@" >> $FOLDER/calls\ncase "$*" in *install*) ${install} ;; *update*) ${update} ;; esac\n`,
    );
    chmodSync(file, 0o755);
  }

  it("installs what is missing after waiting for dpkg's lock, and does nothing the second time", async () => {
    aptGet(installs);
    assert.deepEqual(await ensure(), ["ghr-tool-package"]);
    assert.deepEqual(await ensure(), []);
    assert.deepEqual(calls(), ["-o DPkg::Lock::Timeout=900 install -y --no-install-recommends ghr-tool-package"]);
    assert.deepEqual(said, ["Installing Debian packages: ghr-tool-package"]);
  });

  it("two at once install once", async () => {
    aptGet(installs);
    assert.deepEqual((await Promise.all([ensure(), ensure()])).flat(), ["ghr-tool-package"]);
    assert.equal(calls().length, 1);
  });

  it("updates lists that are too old, again while another program has them locked", async () => {
    aptGet(
      `[ -e $FOLDER/fresh ] || exit 100; ${installs}`,
      `[ -e $FOLDER/asked ] && touch $FOLDER/fresh || { touch $FOLDER/asked; echo "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (apt-get)" >&2; exit 100; }`,
    );
    assert.deepEqual(await ensure(), ["ghr-tool-package"]);
    assert.deepEqual(
      calls().map((line) => /install|update/.exec(line)?.[0]),
      ["install", "update", "update", "install"],
    );
  });

  it("says apt's own words and what to do when it cannot", async () => {
    aptGet(`echo "E: Unable to locate package ghr-tool-package" >&2; exit 100`);
    await assert.rejects(ensure(), /could not install ghr-tool-package:\nE: Unable to locate.*\nCheck the network/s);
    aptGet(installs);
    assert.deepEqual(await ensure(), ["ghr-tool-package"], "the lock was left behind");
  });
});
