import assert from "node:assert/strict";
import { canUse, parseJobUser } from "@ghrunners/exporter/host/job-folders";

describe("folders of jobs", () => {
  const user = parseJobUser("uid=998(actions-runner) gid=997(actions-runner) groups=997(actions-runner),110(docker)\n");
  const folder = (mode: number, uid = 998, gid = 997, isFolder = true) => ({
    ...{ mode, uid, gid },
    isDirectory: () => isFolder,
  });

  it("belong to a user with all its groups", () => {
    assert.deepEqual([user.uid, [...new Set(user.gids)]], [998, [997, 110]]);
    assert.deepEqual(parseJobUser("uid=5(x) gid=6(y) groups=6(y) context=a_u:b_r:c_t:s0-s0:c0.c1,999\n").gids[0], 6);
    for (const text of ["", "id: 'x': no such user", "uid=(x) gid=7"])
      assert.throws(() => parseJobUser(text), /expected uid=NUMBER/, text);
  });

  it("can be used where the user may write and enter", () => {
    for (const mode of [0o755, 0o700, 0o300, 0o1777]) assert.equal(canUse(folder(mode), user), true, mode.toString(8));
    for (const mode of [0o000, 0o077, 0o555, 0o655, 0o500])
      assert.equal(canUse(folder(mode), user), false, mode.toString(8));
    assert.equal(canUse(folder(0o755, 0, 0), user), false, "root's");
    assert.equal(canUse(folder(0o775, 0, 110), user), true, "of a group of the user");
    assert.equal(canUse(folder(0o707, 0, 110), user), false, "the group's bits count before those of others");
    assert.equal(canUse(folder(0o777, 0, 0), user), true);
    assert.equal(canUse(folder(0o755, 998, 997, false), user), false, "a file");
    assert.equal(canUse(folder(0o000, 5, 5), { uid: 0, gids: [0] }), true, "root may everything");
  });
});
