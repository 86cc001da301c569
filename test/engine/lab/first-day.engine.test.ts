import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { runProcess } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";
import { blankLines, labFiles } from "@ghrunners/lab/blank";
import { runFirstDay } from "@ghrunners/lab/first-day/run";
import { firstDaySteps } from "@ghrunners/lab/first-day/steps";
import { currentInstance, type Instance } from "@ghrunners/lab/instance";
import { labDown } from "@ghrunners/lab/lifecycle";
import { openLab } from "@ghrunners/lab/pulumi/open";
import { inside, type LabSession } from "@ghrunners/lab/pulumi/session";

const say = (): void => undefined;

/** What differs between the owners: the repository, who else may own the lab, and the nodes of the two runners. */
const owners = {
  person: { repository: "octocat/demo-app", other: "organization", nodes: ["pve-lab", "pve-lab"] },
  organization: { repository: "octo-org/demo-app", other: "person", nodes: ["pve-lab", "pve-lab-2"] },
} as const;

/** The steps that need no machines. `npm run lab -- first-day` performs all of them, as root, in minutes. */
for (const owner of ["person", "organization"] as const)
  describe(`the first day in a blank lab without machines, for the repository of: ${owner}`, function () {
    this.timeout(300_000);
    const { repository, other, nodes } = owners[owner];
    let state: string;
    const saved = process.env.XDG_STATE_HOME;
    let instance: Instance;
    let session: LabSession;

    before(async () => {
      state = mkdtempSync(path.join(tmpdir(), "ghr-first-day-"));
      process.env.XDG_STATE_HOME = state;
      // Of its own for each run: a name decides the loopback ports.
      instance = currentInstance({ ...process.env, GHRUNNERS_LAB: `fd${process.pid}${owner[0]}` });
      session = await openLab(instance, { say, mode: "api-only", blank: owner });
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
      const api = `${githubUrl}/api/v3/repos/${repository}`;
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
      const { steps, answers } = await runFirstDay(session, owner, say);
      const expected = firstDaySteps.filter(({ needsMachines }) => needsMachines !== true);
      assert.deepEqual(
        steps.map(({ title }) => title),
        expected.map(({ title }) => title),
      );
      assert.ok(steps.every(({ seconds }) => seconds > 0) && answers > 20, `${answers} answers`);
      const { stdout } = await run("pulumi", "stack", "ls", "--json");
      const [made] = JSON.parse(stdout) as { name: string; resourceCount: number }[];
      assert.ok(made !== undefined && made.resourceCount > 10, stdout);
      const { proxmoxEndpoint } = session.lab;
      const token = readFileSync(path.join(labFiles(instance), "proxmox-token"), "utf8").trim();
      const answer = await fetch(new URL("api2/json/cluster/resources?type=vm", proxmoxEndpoint), {
        headers: { authorization: `PVEAPIToken=${token}` },
      });
      const { data } = (await answer.json()) as { data: { vmid: number; node: string }[] };
      const machines = data.filter(({ vmid }) => vmid < 9000).sort((a, b) => a.vmid - b.vmid);
      assert.deepEqual(
        machines.map(({ node }) => node),
        nodes,
      );
    });

    it("says where everything is, and is not made another lab", async () => {
      assert.match(blankLines(session.lab, owner).join("\n"), new RegExp(`${repository}, private`));
      await assert.rejects(
        openLab(instance, { say, blank: other }),
        new RegExp(`is there and blank, with the repository of: ${owner}`),
      );
    });
  });
