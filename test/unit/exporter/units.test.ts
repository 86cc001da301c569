import assert from "node:assert/strict";
import { parseSshActive, parseUnit, splitShown } from "@ghrunners/exporter/host/unit";

describe("the runner's unit", () => {
  const shown = (state: string): string =>
    `LoadState=loaded\nNRestarts=2\nControlGroup=/system.slice/actions.runner.a.service\nActiveState=${state}\nUser=actions-runner\nActiveEnterTimestamp=@1795335788\n`;

  it("is read from systemctl show", () => {
    assert.deepEqual(parseUnit(shown("active")), {
      active: true,
      activeSince: 1795335788,
      restarts: 2,
      controlGroup: "/system.slice/actions.runner.a.service",
      user: "actions-runner",
    });
  });

  it("that is failed has no start time; one that does not exist is not active", () => {
    assert.deepEqual([parseUnit(shown("failed")).active, parseUnit(shown("failed")).activeSince], [false, undefined]);
    const unknown = parseUnit(
      "LoadState=not-found\nNRestarts=0\nControlGroup=\nActiveState=inactive\nActiveEnterTimestamp=\n",
    );
    assert.deepEqual([unknown.active, unknown.controlGroup, unknown.user], [false, undefined, undefined]);
  });

  it("is unknown where systemctl says something else", () => {
    for (const text of ["", "Failed to get properties: Transport endpoint is not connected", "ActiveState=active\n"]) {
      assert.throws(() => parseUnit(text), /expected ActiveState and NRestarts/, text);
    }
  });
});

describe("what systemctl shows of several units", () => {
  it("is one paragraph for each, in the order in which they were asked for", () => {
    const shown = "NRestarts=2\nActiveState=active\n\nResult=success\n\nActiveState=active\n\nActiveState=inactive\n";
    assert.deepEqual(splitShown(shown), {
      runner: "NRestarts=2\nActiveState=active",
      sudo: "Result=success",
      ssh: ["ActiveState=active", "ActiveState=inactive"],
    });
  });

  it("is not known where one is missing, or one more is there", () => {
    for (const text of ["", "Failed to connect to bus\n", "a=1\n\nb=1\n\nc=1\n", "a=1\n\nb=1\n\nc=1\n\nd=1\n\ne=1\n"])
      assert.throws(() => splitShown(text), /expected 4 units/, text);
  });
});

describe("the SSH server", () => {
  const shown = (...states: string[]): string[] => states.map((state) => `ActiveState=${state}`);

  it("runs where its service or its socket is active", () => {
    assert.equal(parseSshActive(shown("active", "inactive")), true);
    assert.equal(parseSshActive(shown("inactive", "active")), true);
    assert.equal(parseSshActive(shown("reloading", "inactive")), true);
    assert.equal(parseSshActive(shown("failed", "inactive")), false);
  });

  it("is unknown where systemctl does not show the state of both units", () => {
    for (const text of ["", "Failed to connect to bus"])
      assert.throws(() => parseSshActive([...shown("active"), text]), /expected ActiveState of each unit/, text);
  });
});
