import assert from "node:assert/strict";
import type { DeploymentRecord } from "@ghrunners/deploy/records/record";
import type { DeployerOutcome } from "@ghrunners/deploy/deployer/carry-out";
import { standingHosts } from "@ghrunners/lab/hosts/index";
import { deployDirectly } from "@ghrunners/lab/driver/demo-app";
import { labExec } from "@ghrunners/lab/driver/exec";
import { Rehearsal } from "@ghrunners/lab/driver/rehearsal";

const app = standingHosts.app.id;
let rehearsal: Rehearsal;

async function deploy(version: string): Promise<{ code: number; result: DeployerOutcome }> {
  const { code, stdout, all } = await labExec(...deployDirectly(version, "--json"));
  assert.notEqual(stdout, "", all);
  return { code, result: JSON.parse(stdout) as DeployerOutcome };
}

function recordOf(result: DeployerOutcome): DeploymentRecord {
  assert.equal(result.kind, "over", JSON.stringify(result));
  return result.records.deployment;
}

async function onApp(script: string): Promise<string> {
  return (await rehearsal.inMachine(app, "sh", "-c", script)).trim();
}

/** Everything that shows the installed version, and everything that must not be left over. */
async function whole(version: string): Promise<void> {
  const look =
    "readlink /opt/demo-app/current; curl -s localhost/api/info; ls /var/lib/ghrunners/deploy; ls /opt/demo-app/releases | grep -c new";
  const seen = await onApp(`${look} || true`);
  assert.deepEqual(
    seen.split("\n").join(" ").replace("}journal", "} journal"),
    `releases/${version} {"version": "${version}"} journal.json 0`,
  );
}

/** The command as it stands; what may go wrong is in scenarios.test.ts. */
describe("deployments of the demo application on its machine", () => {
  before(async () => {
    rehearsal = await Rehearsal.ready();
    // A new host: its SSH server starts while the lab boots it, and the deployment comes right after.
    await rehearsal.labCommand("host", "remove", "app");
    await rehearsal.labCommand("host", "up", "app");
    const { code, result } = await deploy("1");
    assert.equal(code, 0, JSON.stringify(result));
  });
  // The files after this one find a host that GitHub's key opens.
  after(() => rehearsal.labCommand("demo-app"));

  it("looks without changing anything, deploys, and changes nothing the second time", async () => {
    await whole("1");
    const { code, all } = await labExec(...deployDirectly("2", "--check"));
    assert.equal(code, 0, all);
    assert.match(all, /Nothing was changed. These steps would run: unpack, migrate/);
    await whole("1");
    assert.equal(recordOf((await deploy("2")).result).outcome, "succeeded");
    await whole("2");
    assert.deepEqual(await deploy("2"), {
      code: 0,
      result: { schema: "ghrunners.deploy/1", kind: "unchanged", version: "2" },
    });
  });
});
