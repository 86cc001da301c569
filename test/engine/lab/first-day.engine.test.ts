import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { runProcess } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";
import { blankLines } from "@ghrunners/lab/blank";
import { runFirstDay } from "@ghrunners/lab/first-day/run";
import { firstDaySteps } from "@ghrunners/lab/first-day/steps";
import { currentInstance, type Instance } from "@ghrunners/lab/instance";
import { labDown } from "@ghrunners/lab/lifecycle";
import { openLab } from "@ghrunners/lab/pulumi/open";
import { inside, type LabSession } from "@ghrunners/lab/pulumi/session";

const say = (): void => undefined;

/** The steps that need no machines. `npm run lab -- first-day` performs all of them, as root, in minutes. */
describe("the first day in a blank lab without machines", function () {
  this.timeout(300_000);
  let state: string;
  const saved = process.env.XDG_STATE_HOME;
  let instance: Instance;
  let session: LabSession;

  before(async () => {
    state = mkdtempSync(path.join(tmpdir(), "ghr-first-day-"));
    process.env.XDG_STATE_HOME = state;
    // Of its own for each run: a name decides the loopback ports.
    instance = currentInstance({ ...process.env, GHRUNNERS_LAB: `fd${process.pid}` });
    session = await openLab(instance, { say, mode: "api-only", blank: "person" });
  });
  after(async () => {
    await labDown(instance, say);
    if (saved === undefined) delete process.env.XDG_STATE_HOME;
    else process.env.XDG_STATE_HOME = saved;
    rmSync(state, { recursive: true, force: true });
  });

  const run = (...line: string[]) => runProcess(inside(session, line), { cwd: projectRoot, env: session.env });

  it("begins with nothing: no stack, no token that Proxmox VE accepts, no workflow", async () => {
    const { stdout } = await run("pulumi", "stack", "ls", "--json");
    assert.deepEqual(JSON.parse(stdout), []);
    const { secrets, proxmoxEndpoint, githubUrl } = session.lab;
    const refused = await fetch(new URL("api2/json/version", proxmoxEndpoint), {
      headers: { authorization: `PVEAPIToken=${secrets.proxmoxToken}` },
    });
    assert.equal(refused.status, 401);
    const api = `${githubUrl}/api/v3/repos/octocat/demo-app`;
    const headers = { authorization: `Bearer ${secrets.githubToken}` };
    for (const [where, field] of [
      ["actions/workflows", "workflows"],
      ["environments", "environments"],
      ["actions/runners", "runners"],
      ["actions/secrets", "secrets"],
    ] as const) {
      const answer = (await (await fetch(`${api}/${where}`, { headers })).json()) as Record<string, unknown>;
      assert.deepEqual(answer[field], [], where);
    }
  });

  it("gets from the node to a stack by the commands of the page, and no question is left", async () => {
    const { steps, answers } = await runFirstDay(session, "person", say);
    const expected = firstDaySteps.filter(({ needsMachines }) => needsMachines !== true);
    assert.deepEqual(
      steps.map(({ title }) => title),
      expected.map(({ title }) => title),
    );
    assert.ok(steps.every(({ seconds }) => seconds > 0) && answers > 20, `${answers} answers`);
    const { stdout } = await run("pulumi", "stack", "ls", "--json");
    const [made] = JSON.parse(stdout) as { name: string; resourceCount: number }[];
    assert.ok(made !== undefined && made.resourceCount > 10, stdout);
  });

  it("says where everything is, and is not made another lab", async () => {
    assert.match(blankLines(session.lab, "person").join("\n"), /octocat\/demo-app, private/);
    await assert.rejects(
      openLab(instance, { say, blank: "organization" }),
      /is there and blank, with the repository of: person/,
    );
  });
});
