import assert from "node:assert/strict";
import { abandonedLocks } from "@ghrunners/lab/pulumi/stale-lock";

const lock = (pid: number, hostname = "here") => ({ pid, hostname });

describe("locks of a killed engine", () => {
  it("are those of this machine whose owner does not run", () => {
    const locks = [lock(1), lock(2), lock(3, "elsewhere")];
    assert.deepEqual(
      abandonedLocks(locks, "here", (pid) => pid === 1),
      [lock(2)],
    );
  });
});
