import assert from "node:assert/strict";
import type { DoctorReport } from "@ghrunners/cli/doctor/render";
import { adminRequest } from "@ghrunners/lab/admin";
import { socketOf } from "@ghrunners/lab/service";
import { until } from "@ghrunners/core/until";
import { primary, Rehearsal, secondary } from "@ghrunners/lab/driver/rehearsal";

/** Time limits for a machine that does other work too. */
const limit = ["--limit", "120"];

describe("the doctor", () => {
  let rehearsal: Rehearsal;
  before(async () => {
    rehearsal = await Rehearsal.quiet();
    await allIsWell();
  });

  const examine = (...more: string[]): Promise<DoctorReport> =>
    rehearsal.json<DoctorReport>("ghrunners", "doctor", ...limit, ...more);
  const troubled = ({ checks }: DoctorReport): DoctorReport["checks"] =>
    checks.filter(({ state }) => state === "problem" || state === "unknown");
  /** What is a problem or unknown, each with its subject, if any. */
  const wrong = (report: DoctorReport): string[] =>
    troubled(report).map(({ id, subject }) => (subject === null ? id : `${id} ${subject}`));

  /** The exporters of a machine that just booted are read, and the failover switch chooses, a little later. */
  const allIsWell = (): Promise<boolean> =>
    until("the doctor finds nothing wrong", 90_000, async () => {
      const left = troubled(await examine());
      if (left.length > 0) throw new Error(left.map(({ id, seen }) => `${id}: ${seen}`).join("; "));
      return true;
    });

  async function under(
    service: "proxmox" | "github",
    fault: string,
    body: Readonly<Record<string, unknown>>,
    look: (report: DoctorReport) => void | Promise<void>,
  ): Promise<void> {
    const socket = socketOf(rehearsal.lab.instance, service);
    await adminRequest(socket, "PUT", `/_lab/faults/${fault}`, body);
    try {
      await look(await examine());
    } finally {
      await adminRequest(socket, "DELETE", `/_lab/faults/${fault}`);
    }
  }

  it("finds nothing wrong in a healthy lab, and has looked at every stage", async () => {
    const { code, stdout, all } = await rehearsal.run(["ghrunners", "doctor", ...limit, "--json"]);
    assert.equal(code, 0, all);
    const report = JSON.parse(stdout) as DoctorReport;
    assert.deepEqual(wrong(report), []);
    const stages = new Set(report.checks.filter(({ state }) => state === "ok").map(({ stage }) => stage));
    stages.delete("targets"); // They are looked at once the lab has its application host.
    assert.deepEqual([...stages], ["own", "proxmox", "github", "runners", "monitoring", "changes"]);
  });

  it("names a stopped machine, says nothing of what is on it, and the command beside it fixes it", async () => {
    await under("proxmox", "stop", { vmid: secondary.vmId }, async (report) => {
      const [first] = report.checks.filter(({ state }) => state === "problem");
      assert.deepEqual([first?.id, first?.subject], ["runner-machine", secondary.name]);
      const ssh = report.checks.find(({ id, subject }) => id === "runner-ssh" && subject === secondary.name);
      assert.deepEqual([ssh?.state, ssh?.because], ["skipped", `runner-machine ${secondary.name}`]);
      assert.match(first?.next ?? "", /^pulumi up .*--refresh/);
    });
    const healed = await rehearsal.up({}, "--refresh");
    assert.equal(healed.code, 0, healed.output);
    await allIsWell();
  });

  it("reports a refused token once", async () => {
    await under("proxmox", "token-expired", { id: "pulumi@pve!ghrunners" }, (report) => {
      assert.deepEqual(wrong(report), ["proxmox-token"]);
    });
    await under("github", "token-expired", { login: "platform-operator" }, (report) => {
      assert.deepEqual(wrong(report), ["github-token"]);
    });
  });

  it("names a privilege that the token lacks", async () => {
    const fault = { id: "pulumi@pve!ghrunners", privilege: "VM.Clone" };
    await under("proxmox", "privilege-removed", fault, (report) => {
      assert.deepEqual(wrong(report), ["proxmox-privileges"]);
      assert.match(report.checks.find(({ id }) => id === "proxmox-privileges")?.next ?? "", /VM\.Clone/);
    });
  });

  it("names a version that GitHub will serve no more, and a machine without a way to write", async () => {
    await under("github", "version-deadline", { version: "2.336.0", days: 5 }, (report) => {
      const told = wrong(report).filter((each) => each.startsWith("runner-version"));
      assert.deepEqual(
        told,
        [primary, secondary].map(({ name }) => `runner-version ${name}`),
      );
    });
    const work = "/opt/actions-runner/_work";
    await rehearsal.inMachine(primary.vmId, "chmod", "000", work);
    try {
      assert.ok(wrong(await examine()).includes(`runner-work-folder ${primary.name}`));
    } finally {
      await rehearsal.inMachine(primary.vmId, "chmod", "755", work);
    }
  });

  it("judges only this machine where there is no such stack", async () => {
    const report = await examine("--stack", "nowhere");
    assert.deepEqual(wrong(report), ["stack"]);
    assert.ok(report.checks.every(({ stage }) => stage === "own"));
  });
});
