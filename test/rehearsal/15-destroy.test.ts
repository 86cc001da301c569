import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { until } from "@ghrunners/core/until";
import { primary, Rehearsal, secondary } from "@ghrunners/lab/driver/rehearsal";

/** Command lines of running processes that hold one of the texts. */
function processesNaming(texts: readonly string[]): string[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        return texts.some((text) => words.includes(text)) ? [words] : [];
      } catch {
        return [];
      }
    });
}

describe("the end of a stack and of its lab", () => {
  let rehearsal: Rehearsal;
  before(async () => {
    rehearsal = await Rehearsal.ready();
  });

  it("destroy leaves no machine, no registration and no file", async () => {
    const run = await rehearsal.pulumi(["destroy"]);
    assert.equal(run.code, 0, run.output);
    const vms = (await rehearsal.proxmox("GET", "cluster/resources?type=vm")) as { vmid: number }[];
    assert.deepEqual(
      vms.map((vm) => vm.vmid),
      [9000],
      "only the template stays",
    );
    const { data } = await rehearsal.octokit.rest.actions.listSelfHostedRunnersForRepo(rehearsal.repository);
    assert.deepEqual(data.runners, []);
    const variables = await rehearsal.octokit.rest.actions.listRepoVariables(rehearsal.repository);
    assert.ok(
      !variables.data.variables.some(({ name }) => name === "DEPLOY_RUNNER"),
      "the choice goes with the switch",
    );
    const volumes = (await rehearsal.proxmox("GET", "nodes/pve-lab/storage/local-lvm/content")) as { volid: string }[];
    const ours = volumes.filter(({ volid }) => [primary, secondary].some(({ vmId }) => volid.includes(`vm-${vmId}-`)));
    assert.deepEqual(ours, []);
  });

  it("lab down leaves no process, mount, namespace or cgroup", async () => {
    const { prefix, state } = rehearsal.lab.instance;
    await Rehearsal.close();
    await until("no process of the instance is left", 5_000, () => {
      const holding = processesNaming([`${state}/`, `/run/netns/${prefix} `]);
      if (holding.length > 0) throw new Error(holding.join("\n"));
      return true;
    });
    assert.ok(!readFileSync("/proc/self/mountinfo", "utf8").includes(`${state}/`), "a mount is left");
    const namespaces = existsSync("/run/netns") ? readdirSync("/run/netns") : [];
    assert.deepEqual(
      namespaces.filter((name) => name === prefix || name.startsWith(`${prefix}-vm`)),
      [],
    );
    const cgroups = execFileSync("find", ["/sys/fs/cgroup", "-maxdepth", "3", "-type", "d", "-name", prefix], {
      encoding: "utf8",
    });
    assert.equal(cgroups, "");
    assert.ok(!existsSync(state), "the state folder is left");
  });
});
