import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { abandonedLocks } from "@ghrunners/lab/pulumi/stale-lock";

describe("a lock on the stack", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "ghr-locks-"))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const lock = (pid: number, hostname: string): string => {
    const file = path.join(folder, `${pid}-${hostname}.json`);
    writeFileSync(file, JSON.stringify({ pid, hostname }));
    return file;
  };

  it("is abandoned when its owner ran on this host and does not run any more", () => {
    const files = [lock(1, "here"), lock(2, "here"), lock(3, "elsewhere")];
    assert.deepEqual(
      abandonedLocks(files, "here", (pid) => pid === 1),
      [files[1]],
    );
  });

  it("is not abandoned when its engine ends at the moment of the check: what runs next would be killed", () => {
    const file = lock(1, "here");
    const ended = (): boolean => {
      rmSync(file);
      return false;
    };
    assert.deepEqual(abandonedLocks([file], "here", ended), []);
  });

  it("is not abandoned when it is gone before it is read", () => {
    assert.deepEqual(abandonedLocks([path.join(folder, "gone.json")], "here"), []);
  });
});
