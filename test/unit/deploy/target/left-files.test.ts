import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { temporaryFor } from "@ghrunners/core/whole-file";
import { InProcessExecutor } from "../support/in-process";
import { LocalTarget } from "../support/target";

describe("a file that a process of the agent was ended in the middle of", () => {
  let target: LocalTarget;
  beforeEach(() => (target = new LocalTarget()));
  afterEach(() => target.remove());

  /** As another process would have named it. */
  function unfinished(file: string, pid: number): string {
    const fresh = temporaryFor(file).replace(`-${process.pid}-`, `-${pid}-`);
    mkdirSync(path.dirname(fresh), { recursive: true });
    writeFileSync(fresh, "half");
    return fresh;
  }

  it("goes with the next write of the same file, and one that another process still writes stays", async () => {
    const request = target.request("1");
    // Greater than any process id of the kernel (proc(5), pid_max).
    const ended = 2 ** 22 + 1;
    const gone = [target.folders.metrics, path.join(target.folders.records, `${request.id}.json`)].map((file) =>
      unfinished(file, ended),
    );
    const kept = unfinished(target.folders.metrics, 1);
    await target.deploy(request, target.agent(undefined, new InProcessExecutor()));
    assert.deepEqual(gone.filter(existsSync), []);
    assert.ok(existsSync(kept));
  });
});
