import assert from "node:assert/strict";
import fc from "fast-check";
import { orderedChannels } from "../../support/ordered-output";

describe("output of layers that run side by side", () => {
  it("is shown layer by layer, whole, whatever the order in which they write and end", () => {
    const writes = fc.array(fc.tuple(fc.nat(3), fc.string({ minLength: 1 })), { maxLength: 30 });
    const endings = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 });
    fc.assert(
      fc.property(writes, endings, (texts, order) => {
        let shown = "";
        const channels = orderedChannels(4, (text) => (shown += text));
        for (const [index, text] of texts) channels[index]?.write(text);
        for (const index of order) channels[index]?.end();
        const wanted = [0, 1, 2, 3].map((index) => texts.filter(([of]) => of === index).map(([, text]) => text));
        assert.equal(shown, wanted.flat().join(""));
      }),
    );
  });

  it("shows the first unfinished layer as it writes, and keeps the next until then", () => {
    let shown = "";
    const [first, second] = orderedChannels(2, (text) => (shown += text));
    second?.write("b");
    first?.write("a");
    assert.equal(shown, "a");
    first?.end();
    assert.equal(shown, "ab");
    second?.write("c");
    assert.equal(shown, "abc");
  });
});
