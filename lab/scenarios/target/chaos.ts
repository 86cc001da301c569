/** What the target depends on goes away in the middle: network, database, disk, the right time. */
import assert from "node:assert/strict";
import { scriptOf } from "../app";
import { assertEnding, heldAfter, inWords, only, timed } from "../actions";
import { recordOf } from "../deployer";
import { until } from "@ghrunners/core/until";
import { LIMIT_MS, type Testbed } from "../testbed";
import { BETWEEN, UNDO } from "../plan";
import { topology } from "../../topology";
import { LARGE, LARGE_BYTES } from "../artefacts";
import type { Scenario } from "../scenario";

/** The database is gone when the new version is checked, and is back when the old one is. */
async function databaseLost(testbed: Testbed): Promise<string> {
  const deployer = await heldAfter(testbed, "2", "start");
  await testbed.app.hold(UNDO);
  await testbed.app.shell("systemctl stop postgresql.service");
  await testbed.app.release(BETWEEN);
  await testbed.app.reached(UNDO);
  await testbed.app.shell("systemctl start postgresql.service");
  await testbed.app.release(UNDO);
  const deployed = await deployer.ended();
  assert.equal(deployed.code, 1);
  assert.match(recordOf(deployed).failure?.detail ?? "", /database "connect"/);
  const records = only(await testbed.assertOldOrNew("1"));
  await assertEnding(testbed, records, "rolled_back", "health_check");
  assert.ok((await testbed.grown('deployment_health_check_failures_total{category="database"}')) >= 1);
  return inWords(records);
}

/** The cable is pulled while the artefact is on its way. */
async function transferCut(testbed: Testbed): Promise<string> {
  const suspended = testbed.app.suspendReceiver();
  const deployer = testbed.start(LARGE);
  const seen = await suspended;
  assert.ok(seen < LARGE_BYTES, `${seen} bytes had arrived of ${LARGE_BYTES}`);
  await testbed.app.fault("cut-link");
  await testbed.app.continueReceiver();
  const { seconds } = await timed(() => testbed.app.rests());
  await testbed.app.repair();
  await deployer.gone();
  const records = only(await testbed.assertOldOrNew("1"));
  await assertEnding(testbed, records, "cancelled", "lease_expired", "interrupted");
  return `cut at ${Math.round(seen / 2 ** 20)} MiB; ${inWords(records)}; at rest ${seconds.toFixed(1)} s after the cut`;
}

/** Between the target and everything else: the lease expires while the target can reach no other machine. */
async function linkCut(testbed: Testbed): Promise<string> {
  const deployer = await heldAfter(testbed, "2", "activate");
  await testbed.app.fault("cut-link");
  const { seconds } = await timed(() => testbed.app.rests());
  const records = only(await testbed.assertOldOrNew("1"));
  await testbed.app.repair();
  await deployer.kill();
  await assertEnding(testbed, records, "rolled_back", "lease_expired");
  return `${inWords(records)}; at rest ${seconds.toFixed(1)} s after the cut, still cut off`;
}

/** Between deployer and target alone: the target still reaches all other machines. */
async function deployerCut(testbed: Testbed): Promise<string> {
  const deployer = await heldAfter(testbed, "2", "activate");
  const { address } = topology.proxmox;
  await testbed.app.cutOff(address);
  try {
    const { seconds } = await timed(() => testbed.app.rests());
    const records = only(await testbed.assertOldOrNew("1"));
    await assertEnding(testbed, records, "rolled_back", "lease_expired");
    return `${inWords(records)}; at rest ${seconds.toFixed(1)} s after the cut`;
  } finally {
    await testbed.app.cutOff();
    await deployer.kill();
  }
}

async function diskFull(testbed: Testbed): Promise<string> {
  const deployer = await heldAfter(testbed, "2", "stop");
  await testbed.app.hold(UNDO);
  await testbed.app.fault("fill-disk");
  await testbed.app.release(BETWEEN);
  // The rollback begins on the full disk: what it writes itself goes into the reserved space.
  await testbed.app.reached(UNDO);
  const full = await testbed.app.shell("df --output=avail --block-size=1M / | tail -n 1");
  await testbed.app.repair();
  await testbed.app.release(UNDO);
  await deployer.gone();
  const records = only(await testbed.assertOldOrNew("1"));
  await assertEnding(testbed, records, "rolled_back", "step", "interrupted");
  return `${inWords(records)}; ${full.trim()} MiB were free`;
}

/** The target's wall clock jumps; guests cannot set the kernel's, so the agent's is moved (files/skewed-clock.cjs). */
async function clockSkew(testbed: Testbed): Promise<string> {
  await testbed.app.shell(scriptOf("skew-clock.sh"), scriptOf("skewed-clock.cjs"));
  try {
    const deployer = await heldAfter(testbed, "2", "activate");
    for (const seconds of [86_400, -86_400]) {
      await testbed.app.shell('echo "$1" >/opt/ghrunners-scenarios/clock-offset', String(seconds));
      // Two leases long: it would have ended, if it were measured by the wall clock, or never would.
      const { token } = JSON.parse(await testbed.app.shell("cat /var/lib/ghrunners/deploy/lease.json")) as {
        token: number;
      };
      await renewedTwice(testbed, token);
    }
    await testbed.app.release(BETWEEN);
    const forward = await deployer.ended();
    assert.equal(recordOf(forward).outcome, "succeeded");
    await testbed.assertOldOrNew("2");
    const next = await heldAfter(testbed, "1", "activate");
    const { seconds } = await timed(async () => {
      await next.kill();
      await testbed.app.rests();
    });
    assert.ok(seconds < 60, `the lease took ${seconds} s to expire with a clock that is a day behind`);
    const [, second] = await testbed.assertOldOrNew("2");
    assert.equal(second?.deployment.outcome, "rolled_back");
    assert.equal(second?.deployment.failure?.code, "lease_expired");
    return `a day ahead and a day behind: the lease held; after a kill it expired in ${seconds.toFixed(1)} s`;
  } finally {
    await testbed.app.shell("rm -f /usr/local/bin/node /opt/ghrunners-scenarios/clock-offset");
  }
}

async function renewedTwice(testbed: Testbed, token: number): Promise<void> {
  const look = async (): Promise<{ token: number; untilMs: number }> =>
    JSON.parse(await testbed.app.shell("cat /var/lib/ghrunners/deploy/lease.json")) as {
      token: number;
      untilMs: number;
    };
  const first = await look();
  await until("the lease was renewed by more than its own length", LIMIT_MS, async () => {
    const now = await look();
    return now.token === token && now.untilMs - first.untilMs > 6_500;
  });
}

const scenario = (id: string, title: string, proves: string, run: Scenario["run"], rehearsed = false): Scenario => ({
  id: `chaos-${id}`,
  origin: "chaos",
  title,
  proves,
  need: "target",
  rehearsed,
  run,
});

export const chaos: readonly Scenario[] = [
  scenario(
    "database-lost",
    "the database is gone during the health checks",
    "The check names the database; the target rolls back, and is proved healthy once the database runs again.",
    databaseLost,
  ),
  scenario(
    "transfer-cut",
    "the network is cut while the artefact is sent",
    "A partial artefact is never used; nothing was changed, and the lock becomes free by itself.",
    transferCut,
  ),
  scenario(
    "link-cut",
    "the target loses its whole network",
    "The target rolls back and proves itself healthy without any other machine.",
    linkCut,
    true,
  ),
  scenario(
    "deployer-cut",
    "deployer and target cannot reach each other",
    "The target rolls back although both machines keep running.",
    deployerCut,
  ),
  scenario(
    "disk-full",
    "the target's disk becomes full during a deployment",
    "The rollback is recorded on reserved space; once there is space again, the old version is complete.",
    diskFull,
  ),
  scenario(
    "clock-skew",
    "the target's wall clock jumps a day ahead and a day back",
    "The lease becomes neither longer nor shorter, because it uses the clock since boot.",
    clockSkew,
  ),
];
