import assert from "node:assert/strict";
import { projectRoot } from "@ghrunners/core/project-root";
import { runProcess } from "@ghrunners/core/process";
import { openedLabs } from "@ghrunners/lab/driver/opened-labs";
import { type FirstDay, runFirstDay } from "@ghrunners/lab/first-day/run";
import { firstDaySteps } from "@ghrunners/lab/first-day/steps";
import { currentInstance, instanceNamed } from "@ghrunners/lab/instance";
import { labDown } from "@ghrunners/lab/lifecycle";
import { openLab } from "@ghrunners/lab/pulumi/open";
import { inside, type LabSession } from "@ghrunners/lab/pulumi/session";

const say = (): void => undefined;

/**
 * One run on systems as they are sold: a person's private repository, the datacenter's firewall off, machines straight
 * from a cloud image, an empty machine for monitoring, hosted machines without a way to Proxmox VE, and memory limits
 * that the kernel holds services to. In a lab of its own beside the other files' labs.
 */
describe("the first day, from a bare node to a deployment", () => {
  const instance = instanceNamed(`${currentInstance().name.slice(0, 7)}-fd`);
  let session: LabSession;
  let day: FirstDay;

  before(async () => {
    openedLabs.add(instance.name);
    await labDown(instance, say);
    session = await openLab(instance, { say, blank: "person", hosts: ["monitoring"] });
  });
  after(() => labDown(instance, say));

  const run = async (line: readonly string[], input?: string): Promise<string> => {
    const { code, stdout, all } = await runProcess(inside(session, line), {
      cwd: projectRoot,
      env: session.env,
      ...(input === undefined ? {} : { input }),
    });
    assert.equal(code, 0, all);
    return stdout;
  };
  const firewall = (): Promise<string> =>
    run(["npm", "run", "--silent", "lab", "--", "node-shell"], "pvesh get /cluster/firewall/options\n");

  it("begins with the datacenter's firewall off", async () => assert.equal(await firewall(), "{}\n"));

  it("goes by the commands of docs/tutorial/first-day.md", async () => {
    day = await runFirstDay(session, "person", say);
    assert.deepEqual(
      day.steps.map(({ title }) => title),
      firstDaySteps.map(({ title }) => title),
    );
  });

  it("ends with the firewall on, a healthy stack and a version that runs on the target", async () => {
    assert.equal(await firewall(), '{"enable":1}\n');
    const report = JSON.parse(await run(["ghrunners", "status", "--json"])) as { problems: readonly unknown[] };
    assert.deepEqual(report.problems, []);
    const review = await run(["ghrunners", "review", "latest"]);
    assert.match(review, /^- Version: 1$/m);
    assert.match(review, /^- Outcome: succeeded$/m);
  });

  it("and the next pulumi up changes nothing", async () => {
    await run(["pulumi", "up", "--yes", "--skip-preview", "--expect-no-changes"]);
  });
});
