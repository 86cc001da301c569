import fc from "fast-check";
import assert from "node:assert/strict";
import { baseFolders, instanceNamed } from "@ghrunners/lab/instance";

const base = { cache: "/cache", state: "/state" };

describe("lab instances", () => {
  it("keep apart by name: no folder or namespace of one is inside another's", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/);
    fc.assert(
      fc.property(name, name, (a, b) => {
        fc.pre(a !== b);
        const [one, two] = [instanceNamed(a, base), instanceNamed(b, base)];
        assert.notEqual(one.netns, two.netns);
        assert.ok(!`${one.state}/`.startsWith(`${two.state}/`));
      }),
    );
  });

  it("refuse a name that cannot be part of a namespace's name", () => {
    for (const name of ["", "Lab", "a/b", "..", "a".repeat(11), "-a"]) {
      assert.throws(() => instanceNamed(name, base), /GHRUNNERS_LAB is/, name);
    }
  });

  it("follow the XDG base directories", () => {
    assert.deepEqual(baseFolders({ HOME: "/h" }), { cache: "/h/.cache/ghrunners", state: "/h/.local/state/ghrunners" });
    assert.equal(baseFolders({ HOME: "/h", XDG_STATE_HOME: "/s" }).state, "/s/ghrunners");
  });
});
