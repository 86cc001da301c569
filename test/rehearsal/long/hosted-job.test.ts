import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import { repositoryFolder } from "@ghrunners/lab/lifecycle";
import { runJob } from "@ghrunners/lab/driver/jobs";
import { primary, Rehearsal } from "@ghrunners/lab/driver/rehearsal";
import { topology } from "@ghrunners/lab/topology";

const { github, hosts, proxmox } = topology;
const ways = [
  `${github.address} ${github.port}`,
  `${proxmox.address} ${proxmox.port}`,
  `${github.address} ${proxmox.port}`,
  `${primary.address} 22`,
  `${hosts.monitoring.address} 22`,
];

/** Says of each way whether it is open, from wherever it runs. */
const look = `for way in ${ways.map((way) => `"${way}"`).join(" ")}; do
  if timeout 2 bash -c "</dev/tcp/\${way/ //}" 2>/dev/null; then echo "open $way"; else echo "closed $way"; fi
done`;

const workflow = stringify({
  name: "Hosted",
  "run-name": "hosted ${{ inputs.proof }}",
  on: { workflow_dispatch: { inputs: { proof: { type: "string", required: true } } } },
  permissions: {},
  jobs: { job: { "runs-on": "ubuntu-24.04", "timeout-minutes": 2, steps: [{ shell: "bash", run: look }] } },
});

describe("a job on a machine of GitHub", () => {
  let rehearsal: Rehearsal;
  let file: string;
  before(async () => {
    rehearsal = await Rehearsal.ready();
    const folder = path.join(repositoryFolder(rehearsal.lab.instance), ".github/workflows");
    mkdirSync(folder, { recursive: true });
    file = path.join(folder, "hosted.yml");
    writeFileSync(file, workflow);
  });
  after(() => rmSync(file, { force: true }));

  it("reaches GitHub, and neither Proxmox VE nor a machine of the stack", async () => {
    // Where a workstation stands, these are open: a refusal below means something.
    const { all } = await rehearsal.run(["bash", "-c", look]);
    for (const way of [ways[0], ways[1], ways[4]]) assert.ok(all.includes(`open ${way}`), all);
    const { conclusion, log } = await runJob(rehearsal, {
      workflow: "hosted.yml",
      inputs: { proof: `hosted-${Date.now()}` },
    });
    assert.equal(conclusion, "success", log);
    const seen = [...log.matchAll(/^\S+ ((?:open|closed) \S+ \d+)$/gm)].map(([, line]) => line);
    assert.deepEqual(
      seen,
      ways.map((way, index) => `${index === 0 ? "open" : "closed"} ${way}`),
    );
  });
});
