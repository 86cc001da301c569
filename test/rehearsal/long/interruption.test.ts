import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { until } from "@ghrunners/core/until";
import { primary, Rehearsal, secondary } from "@ghrunners/lab/driver/rehearsal";
import { installedVersion, offerUpdate, withdrawUpdates } from "@ghrunners/lab/driver/offered-updates";
import { inside } from "@ghrunners/lab/pulumi/session";
import type { LabEvent } from "@ghrunners/lab/kit/event-log";

/** Whatever is killed in the middle of an up, the next up ends where an undisturbed one would have. */
describe("interruption", () => {
  let rehearsal: Rehearsal;
  before(async () => {
    rehearsal = await Rehearsal.open();
  });

  async function destroyed(): Promise<void> {
    const run = await rehearsal.pulumi(["destroy"]);
    assert.equal(run.code, 0, run.output);
  }

  /** The secondary has to be made again, from its machine to its registration. */
  async function withoutSecondary(): Promise<void> {
    rehearsal = await Rehearsal.ready();
    await rehearsal.proxmox("POST", `nodes/pve-lab/qemu/${secondary.vmId}/status/stop`);
    await rehearsal.proxmox("DELETE", `nodes/pve-lab/qemu/${secondary.vmId}`);
  }

  /** Starts an up in a process group of its own and waits for an event of the lab. */
  async function upUntil(service: "proxmox" | "github", reached: (event: LabEvent) => boolean): Promise<ChildProcess> {
    const mark = await rehearsal.mark(service);
    const [program, ...args] = rehearsal.commandLine(["up", "--refresh"]);
    const child = spawn(program as string, args, {
      cwd: projectRoot,
      env: rehearsal.session.env,
      detached: true,
      stdio: "ignore",
    });
    await until("the up has come far enough, or is over", 180_000, async () => {
      const far = (await rehearsal.events(service, mark)).some(reached);
      return far || child.exitCode !== null;
    });
    assert.equal(child.exitCode, null, "the up ended before it was interrupted");
    return child;
  }

  const gone = (child: ChildProcess): Promise<unknown> =>
    until("the interrupted up is gone", 120_000, () => child.exitCode !== null || child.signalCode !== null);

  async function nextUpFinishes(): Promise<void> {
    rehearsal = await Rehearsal.open();
    const run = await rehearsal.up();
    assert.equal(run.code, 0, run.output);
    assert.deepEqual((await rehearsal.status()).problems, []);
    const { data } = await rehearsal.octokit.rest.actions.listSelfHostedRunnersForRepo(rehearsal.repository);
    assert.deepEqual(data.runners.map((runner) => runner.name).sort(), [primary.name, secondary.name]);
    const second = await rehearsal.up({}, "--expect-no-changes");
    assert.equal(second.code, 0, second.output);
  }

  it("kill -9 of the whole engine while a machine is being made, from nothing", async () => {
    await destroyed();
    const child = await upUntil("proxmox", (event) => event.kind === "vm.cloned");
    process.kill(-(child.pid as number), "SIGKILL");
    await gone(child);
    await nextUpFinishes();
  });

  it("kill -9 of the whole engine right after a runner has registered", async () => {
    await withoutSecondary();
    // GitHub still has the old machine's registration: the new one takes its name over.
    const child = await upUntil("github", (event) => event.kind === "runner.replaced");
    process.kill(-(child.pid as number), "SIGKILL");
    await gone(child);
    await nextUpFinishes();
  });

  for (const service of ["proxmox", "github"] as const) {
    it(`kill -9 of the ${service} service in the middle`, async () => {
      await withoutSecondary();
      const child = await upUntil("proxmox", (event) => event.kind === "vm.started" && event.vmid === secondary.vmId);
      const { pid } = JSON.parse(readFileSync(path.join(rehearsal.lab.instance.run, `${service}.pid`), "utf8")) as {
        pid: number;
      };
      process.kill(pid, "SIGKILL");
      await Rehearsal.open();
      await gone(child);
      await nextUpFinishes();
    });
  }

  it("power cut of the machine while its runner is being set up", async () => {
    await withoutSecondary();
    const child = await upUntil("proxmox", (event) => event.kind === "vm.started" && event.vmid === secondary.vmId);
    // cloud-init does not repeat what a cut in its first boot left half done (docs/how-to/maintenance.md).
    await until("the first boot is over", 60_000, () =>
      rehearsal.inMachine(secondary.vmId, "test", "-e", "/var/lib/cloud/instance/boot-finished").then(() => true),
    );
    assert.equal(child.exitCode, null, "the up ended before the power cut");
    await rehearsal.labCommand("fault", "stop", "secondary");
    // An operator switches it on again; the interrupted `up` may succeed or fail.
    await rehearsal.labCommand("fault", "clear", "stop", "secondary");
    await gone(child);
    await nextUpFinishes();
  });

  it("Ctrl-C while a machine is patched: it installs the updates all the same, and the maintenance has an end", async () => {
    rehearsal = await Rehearsal.ready();
    const onSecondary = (script: string): Promise<string> =>
      rehearsal.inMachine(secondary.vmId, "sh", "-c", script).catch((error: Error) => error.message);
    await offerUpdate(rehearsal, secondary);
    await onSecondary(
      "mkdir -pm 700 /run/ghrunners; systemd-run --quiet --unit=other-packages flock /run/ghrunners/packages sleep 600",
    );
    try {
      const [program = "", ...line] = inside(rehearsal.session, ["ghrunners", "patch", "secondary", "--apply"]);
      const child = spawn(program, line, {
        cwd: projectRoot,
        env: rehearsal.session.env,
        detached: true,
        stdio: ["ignore", "ignore", "pipe"],
      });
      let said = "";
      child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
      await until("the machine installs", 90_000, () => said.includes("installing the updates"));
      await until("it has begun", 30_000, async () =>
        (await onSecondary("systemctl is-active ghrunners-patch")).startsWith("active"),
      );
      process.kill(-(child.pid as number), "SIGINT");
      await gone(child);
      assert.match(said, /Interrupted: lab-runner-secondary is in maintenance until .*\n?.*Next: ghrunners patch/);
      await onSecondary("systemctl stop other-packages");
      await until(
        "the update is installed",
        60_000,
        async () => (await installedVersion(rehearsal, secondary)) === "1.1",
      );
      await rehearsal.online(secondary.name, 60_000);
      const { all } = await rehearsal.run(["ghrunners", "maintenance"]);
      assert.match(all, /lab-runner-secondary .*updates of the machine/);
    } finally {
      await onSecondary("systemctl stop other-packages ghrunners-patch");
      await withdrawUpdates(rehearsal, secondary);
      await rehearsal.run(["ghrunners", "maintenance", "end", "--all"]);
    }
  });
});
