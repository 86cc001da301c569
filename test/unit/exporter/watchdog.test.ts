import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { keepAlive, watchdogPause } from "@ghrunners/exporter/watchdog";
import { until } from "@ghrunners/core/until";

describe("systemd's watchdog of a service", () => {
  it("is answered three times in its limit, where there is one for this process", () => {
    const here = { NOTIFY_SOCKET: "/run/systemd/notify", WATCHDOG_USEC: "120000000" };
    assert.equal(watchdogPause(here), 40_000);
    assert.equal(watchdogPause({ ...here, WATCHDOG_PID: String(process.pid) }), 40_000);
    assert.equal(watchdogPause({ ...here, WATCHDOG_PID: "1" }), undefined);
    assert.equal(watchdogPause({ WATCHDOG_USEC: "120000000" }), undefined);
    assert.equal(watchdogPause({ NOTIFY_SOCKET: "/run/systemd/notify" }), undefined);
  });

  it("hears nothing while no work gets done", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "ghr-watchdog-"));
    const [program, said, before] = [path.join(folder, "systemd-notify"), path.join(folder, "said"), process.env.PATH];
    writeFileSync(program, `#!/bin/sh\necho "$*" >>${said}\n`);
    chmodSync(program, 0o755);
    process.env.PATH = `${folder}:${before}`;
    let asked = 0;
    let isAlive = false;
    // A pause of 1 s, which is systemd-notify's limit too: a busy machine keeps it.
    const env = { NOTIFY_SOCKET: "/x", WATCHDOG_USEC: "3000000" };
    const complaints: string[] = [];
    const alive = (): boolean => ((asked += 1), isAlive);
    const end = keepAlive(alive, (line) => void complaints.push(line), env);
    try {
      await until("it was asked twice", 20_000, async () => (asked >= 2 ? true : undefined));
      assert.equal(existsSync(said), false);
      isAlive = true;
      await until("systemd is notified", 20_000, async () =>
        existsSync(said) && readFileSync(said, "utf8") ? true : undefined,
      );
      assert.match(readFileSync(said, "utf8"), /^WATCHDOG=1$/m);
      assert.deepEqual(complaints, []);
    } finally {
      end();
      process.env.PATH = before;
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
