import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import { capturePulumi } from "@ghrunners/cli/pulumi/run";
import { repositoryFolder } from "@ghrunners/lab/lifecycle";
import { type EndedJob, runJob } from "@ghrunners/lab/driver/jobs";
import { primary, Rehearsal, secondary } from "@ghrunners/lab/driver/rehearsal";
import { topology } from "@ghrunners/lab/topology";
import { undoneAfter } from "../../support/undone-after";

const { hosts, proxmox } = topology;
const delivery = { name: "lab-delivery", vmId: 159, address: "198.51.100.59" };
const FILE = "delivery-look.yml";

/** Only what delivers reaches these. */
const ways = [
  `${proxmox.address} ${proxmox.port}`,
  `${primary.address} 22`,
  `${secondary.address} 22`,
  `${hosts.monitoring.address} 22`,
];

const look = `for way in ${ways.map((way) => `"${way}"`).join(" ")}; do
  if timeout 2 bash -c "</dev/tcp/\${way/ //}" 2>/dev/null; then echo "open $way"; else echo "closed $way"; fi
done`;

/** What the delivery workflows use. */
const tools = "pulumi version && git --version && npm --version && jq --version && ssh -V";

const workflow = stringify({
  name: "Look around",
  "run-name": "look ${{ inputs.proof }}",
  on: { workflow_dispatch: { inputs: { proof: { type: "string", required: true }, label: { type: "string" } } } },
  permissions: {},
  jobs: {
    job: {
      "runs-on": '${{ fromJSON(format(\'["self-hosted","{0}"]\', inputs.label)) }}',
      "timeout-minutes": 2,
      steps: [
        { shell: "bash", run: look },
        { shell: "bash", if: "inputs.label == 'delivery'", run: tools },
      ],
    },
  },
});

/** The delivery runner on a machine of its own, as the program makes it. */
describe("the delivery runner's machine", () => {
  let rehearsal: Rehearsal;
  let cliVersion: string;
  const undo = undoneAfter();
  const configure = (...words: string[]): Promise<string> => capturePulumi(rehearsal.stack, ["config", ...words]);

  before(async () => {
    rehearsal = await Rehearsal.ready();
    undo(async () => {
      const run = await rehearsal.up();
      assert.equal(run.code, 0, run.output);
    });
    undo(() => configure("rm", "ghrunners:deliveryRunner"));
    const { stdout } = await rehearsal.run(["pulumi", "version"]);
    cliVersion = stdout.trim().replace(/^v/, "");
    for (const [key, value] of Object.entries({ ...delivery, "pulumi.version": cliVersion }))
      await configure("set", "--path", `ghrunners:deliveryRunner.${key}`, String(value));
    const folder = path.join(repositoryFolder(rehearsal.lab.instance), ".github/workflows");
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, FILE);
    undo(() => rmSync(file, { force: true }));
    writeFileSync(file, workflow);
  });

  async function jobOn(label: string): Promise<EndedJob & { readonly open: string[] }> {
    const proof = `${label}-${Date.now()}`;
    const ended = await runJob(rehearsal, { workflow: FILE, inputs: { proof, label } });
    const open = [...ended.log.matchAll(/^\S+ open (\S+ \d+)$/gm)].flatMap(([, way]) => way ?? []);
    return { ...ended, open };
  }

  it("is made beside the runners, online with the label of deliveries alone, and complete after one up", async () => {
    const made = await rehearsal.up();
    assert.equal(made.code, 0, made.output);
    const runner = await rehearsal.runner(delivery.name);
    assert.equal(runner?.status, "online");
    assert.deepEqual(runner.labels.sort(), ["delivery", "linux", "self-hosted", "x64"]);
    const again = await rehearsal.up({}, "--refresh", "--expect-no-changes");
    assert.equal(again.code, 0, again.output);
  });

  it("has the tools of the delivery workflows, and reaches what an update has to reach", async () => {
    const { conclusion, runner, log, open } = await jobOn("delivery");
    assert.equal(conclusion, "success", log);
    assert.equal(runner, delivery.name);
    assert.deepEqual(open, ways);
    assert.ok(log.includes(`v${cliVersion}`), log);
  });

  it("alone: a job on the primary reaches none of it but its own machine", async () => {
    const { conclusion, runner, log, open } = await jobOn("primary");
    assert.equal(conclusion, "success", log);
    assert.equal(runner, primary.name);
    assert.deepEqual(open, [`${primary.address} 22`]);
  });

  it("is shown and watched like the others, and nothing is wrong with it", async () => {
    const { machines, runners, problems } = await rehearsal.status();
    assert.ok(machines.some(({ name, status }) => name === delivery.name && status === "running"));
    assert.ok(runners.some(({ name, status }) => name === delivery.name && status === "online"));
    assert.deepEqual(problems, []);
  });

  it("goes without a trace when the setting goes", async () => {
    await configure("rm", "ghrunners:deliveryRunner");
    const run = await rehearsal.up();
    assert.equal(run.code, 0, run.output);
    assert.equal(await rehearsal.runner(delivery.name), undefined);
    const machines = (await rehearsal.proxmox("GET", "nodes/pve-lab/qemu")) as { vmid: number }[];
    assert.ok(!machines.some(({ vmid }) => vmid === delivery.vmId), JSON.stringify(machines));
    assert.deepEqual((await rehearsal.status()).problems, []);
  });
});
