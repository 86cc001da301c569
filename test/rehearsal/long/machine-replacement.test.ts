import assert from "node:assert/strict";
import type { DoctorReport } from "@ghrunners/cli/doctor/render";
import { until } from "@ghrunners/core/until";
import { primary, Rehearsal, secondary } from "@ghrunners/lab/driver/rehearsal";

/** A change of cloud-init's user replaces the machine: Proxmox VE gives cloud-init its data once. */
const otherUser = { "vm.user": "platform" };

describe("replacement and restart of the machines", () => {
  let rehearsal: Rehearsal;
  before(async () => {
    rehearsal = await Rehearsal.ready();
  });

  it("drains first, one role at a time, and keeps name, address and labels", async () => {
    const before = await rehearsal.status();
    const [github, proxmox] = [await rehearsal.mark("github"), await rehearsal.mark("proxmox")];
    const run = await rehearsal.up(otherUser);
    assert.equal(run.code, 0, run.output);
    const after = await rehearsal.status();
    const stable = (report: typeof before): unknown => ({
      machines: report.machines.map(({ vmId, name, address, status }) => ({ vmId, name, address, status })),
      runners: report.runners.map(({ name, labels, status }) => ({ name, labels: [...labels].sort(), status })),
    });
    assert.deepEqual(stable(after), stable(before));
    assert.deepEqual(
      (await rehearsal.events("proxmox", proxmox))
        .filter((event) => ["vm.destroyed", "vm.cloned"].includes(event.kind))
        .map((event) => `${event.kind} ${String(event.vmid)}`),
      [
        `vm.destroyed ${secondary.vmId}`,
        `vm.cloned ${secondary.vmId}`,
        `vm.destroyed ${primary.vmId}`,
        `vm.cloned ${primary.vmId}`,
      ],
    );
    const drained = (await rehearsal.events("github", github)).find(
      (event) =>
        event.kind === "runner.labels" && event.name === primary.name && (event.labels as string[]).length === 0,
    );
    const destroyed = (await rehearsal.events("proxmox", proxmox)).find(
      (event) => event.kind === "vm.destroyed" && event.vmid === primary.vmId,
    );
    assert.ok(drained && destroyed && drained.at < destroyed.at, `drained ${drained?.at}, destroyed ${destroyed?.at}`);
  });

  it("leaves no ghost at GitHub", async () => {
    const { data } = await rehearsal.octokit.rest.actions.listSelfHostedRunnersForRepo(rehearsal.repository);
    assert.deepEqual(data.runners.map((runner) => runner.name).sort(), [primary.name, secondary.name]);
  });

  it("repairs a machine that a power cut in its first boot left without the login's key, as the how-to says", async () => {
    // What such a cut leaves: cloud-init takes the key for written, and makes other host keys.
    const lost = "rm -f /home/*/.ssh/authorized_keys /etc/ssh/ssh_host_*; ssh-keygen -A; systemctl restart ssh";
    await rehearsal.inMachine(secondary.vmId, "sh", "-c", lost);
    const run = await rehearsal.up(otherUser, "--replace", "**runners-secondary-vm");
    assert.equal(run.code, 0, run.output);
    assert.deepEqual((await rehearsal.status()).problems, []);
  });

  it("is refused while the other runner is not healthy", async () => {
    await rehearsal.labCommand("fault", "api-offline", "primary");
    try {
      const run = await rehearsal.up();
      assert.notEqual(run.code, 0, "the last healthy runner was replaced");
      assert.match(run.output, new RegExp(`${primary.name}.*(offline|healthy)`, "s"));
      assert.equal((await rehearsal.runner(secondary.name))?.status, "online");
    } finally {
      await rehearsal.labCommand("fault", "clear", "api-offline", "primary");
    }
    await rehearsal.online(primary.name);
  });

  /** What tells one machine and one instance from another: host key, and what cloud-init takes it for. */
  const identities = (): Promise<[key: string, instance: string][]> =>
    Promise.all(
      [primary, secondary].map(async ({ vmId }): Promise<[string, string]> => {
        const read = (file: string): Promise<string> => rehearsal.inMachine(vmId, "cat", file);
        return [await read("/etc/ssh/ssh_host_ecdsa_key.pub"), await read("/var/lib/cloud/data/instance-id")];
      }),
    );

  it("is not needed for more memory: the machines restart, drained one after the other", async () => {
    const mark = await rehearsal.mark("github");
    const before = await identities();
    // Proxmox VE gives it to a VM at its next start, so the provider restarts the guest; the host must answer again, with
    // the key that is pinned, although an upgrade meanwhile makes another instance of it.
    const run = await rehearsal.withFault(["proxmox-upgraded"], () =>
      rehearsal.up({ ...otherUser, "vm.memoryMiB": "1536" }),
    );
    assert.equal(run.code, 0, run.output);
    const after = await identities();
    for (const [index, [key, instance]] of before.entries()) {
      assert.equal(after[index]?.[0], key);
      assert.notEqual(after[index]?.[1], instance);
    }
    const report = await rehearsal.status();
    assert.deepEqual(report.problems, []);
    const events = await rehearsal.events("github", mark);
    for (const { role, name } of [secondary, primary]) {
      const own = events.filter((event) => event.name === name);
      const drained = own.findIndex(
        (event) => event.kind === "runner.labels" && !(event.labels as string[]).includes(role),
      );
      const offline = own.findIndex((event) => event.kind === "runner.offline");
      assert.ok(drained >= 0 && drained < offline, `${name}: ${own.map((event) => event.kind).join(", ")}`);
    }
  });

  it("returns both to their configured state", async () => {
    const run = await rehearsal.up();
    assert.equal(run.code, 0, run.output);
    assert.deepEqual((await rehearsal.status()).problems, []);
  });

  const broken = [
    { fault: "break-sudo", runner: secondary, check: "runner-sudo" },
    { fault: "close-work-folder", runner: primary, check: "runner-work-folder" },
  ];
  for (const { fault, runner, check } of broken)
    it(`mends ${fault} by the command that ghrunners doctor names`, async () => {
      const examined = async (): Promise<DoctorReport["checks"][number] | undefined> => {
        const { checks } = await rehearsal.json<DoctorReport>("ghrunners", "doctor", "--limit", "120");
        return checks.find(({ id, subject }) => id === check && subject === runner.name);
      };
      await rehearsal.withFault([fault, runner.role], async () => {
        const { next } = await until("the doctor tells it", 120_000, async () => {
          const seen = await examined();
          return seen?.state === "problem" ? seen : undefined;
        });
        const [, urn = ""] = / --replace '(\S+)'$/.exec(next ?? "") ?? [];
        const run = await rehearsal.up({}, "--replace", urn);
        assert.equal(run.code, 0, run.output);
        assert.equal((await examined())?.state, "ok");
      });
      assert.deepEqual((await rehearsal.status()).problems, []);
    });
});
