import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { watch } from "@ghrunners/cli/watch";
import { refusal } from "../../support/refused-arguments";

describe("a command with --watch", () => {
  interface Seen {
    readonly at: number;
    readonly state: string;
  }

  /** Everything that was shown, of looks that see these states and then fail. */
  async function shown(states: readonly string[], redraw: boolean): Promise<{ at: number[]; screen: string }> {
    const at: number[] = [];
    const screen = new PassThrough();
    let looks = 0;
    const look = async (): Promise<Seen> => {
      const state = states[looks];
      if (state === undefined) throw new Error("no more looks");
      return { at: looks++, state };
    };
    const show = (seen: Seen): void => void at.push(seen.at);
    const essence = ({ state }: Seen): string => state;
    const watched = watch({ look, show, essence, everyMs: 1, redraw }, { screen, onInterrupt: () => undefined });
    await assert.rejects(watched, /no more looks/);
    return { at, screen: String(screen.read() ?? "") };
  }

  it("shows the first look, and then only what differs, and clears nothing", async () => {
    assert.deepEqual(await shown(["up", "up", "down", "down", "up"], false), { at: [0, 2, 4], screen: "" });
  });

  it("draws every look on a cleared screen on a terminal", async () => {
    const { at, screen } = await shown(["up", "up", "down"], true);
    assert.deepEqual(at, [0, 1, 2]);
    assert.equal(screen, "\x1b[1;1H\x1b[0J".repeat(3));
  });

  it("refuses a pause that would use up GitHub's requests, and another wait beside it", async () => {
    for (const every of ["5", "0", "3601", "1.5", "soon"]) {
      const { code, stderr } = await refusal("status", "--watch", "--every", every);
      assert.equal(code, 2, every);
      assert.match(stderr, /'--every <seconds>' argument '.*' is invalid\. Expected whole seconds from 15 to 3600\./);
    }
    const { code, stderr } = await refusal("status", "--watch", "--wait");
    assert.equal(code, 2);
    assert.match(stderr, /'--watch' cannot be used with option '--wait'/);
  });
});
