import assert from "node:assert/strict";
import { isSudoUsable, parseSudo } from "@ghrunners/exporter/host/sudo";

const shown = (state: string, result: string, status: string, ended: string): string =>
  `Result=${result}\nExecMainExitTimestamp=${ended}\nExecMainStatus=${status}\nActiveState=${state}\n`;

describe("the operator's sudo", () => {
  it("works where the last try ended well", () => {
    assert.deepEqual(parseSudo(shown("inactive", "success", "0", "@1795335788")), { at: 1795335788, usable: true });
  });

  it("does not work where it was refused, was not there or did not answer", () => {
    const ends = [
      ["failed", "exit-code", "1"],
      ["failed", "exit-code", "203"],
      ["failed", "timeout", "15"],
      // Someone took the unit off the list of the failed ones.
      ["inactive", "success", "1"],
    ] as const;
    for (const [state, result, status] of ends)
      assert.equal(parseSudo(shown(state, result, status, "@5"))?.usable, false, `${result} ${status}`);
  });

  it("is unknown before the first try, during one, and without systemd's words", () => {
    assert.equal(parseSudo(shown("inactive", "success", "0", "")), undefined);
    assert.equal(parseSudo(shown("activating", "success", "0", "@5")), undefined);
    for (const text of ["", "Failed to connect to bus", "ActiveState=inactive\n"])
      assert.throws(() => parseSudo(text), /expected ActiveState, Result/, text);
  });

  it("is unknown when the last try is long ago, or was at a time that is still to come", () => {
    const sudo = { at: 1_000, usable: false };
    assert.deepEqual(
      [1_000, 1_300, 1_301, 699].map((now) => isSudoUsable(sudo, now)),
      [false, false, undefined, undefined],
    );
    assert.equal(isSudoUsable(undefined, 1_000), undefined);
  });
});
