import assert from "node:assert/strict";
import type { DoctorReport } from "@ghrunners/cli/doctor/render";
import { administer as administerLab } from "@ghrunners/lab/fault-commands";
import { faultRequest, type FaultRequest } from "@ghrunners/lab/fault-requests";
import { until } from "@ghrunners/core/until";
import { type DoctorCase, doctorRounds } from "@ghrunners/lab/driver/doctor-cases";
import { primary, Rehearsal, secondary } from "@ghrunners/lab/driver/rehearsal";

/** Time limits for a machine that does other work too. */
const limit = ["--limit", "120"];

describe("the doctor", () => {
  let rehearsal: Rehearsal;
  before(async () => {
    rehearsal = await Rehearsal.ready();
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

  const asked = ({ fault, role }: DoctorCase): FaultRequest => faultRequest(fault, role, [], [primary, secondary]);
  const administer = (method: "PUT" | "DELETE", request: FaultRequest): Promise<unknown> =>
    administerLab(rehearsal.lab.instance, method, request);
  const nameOf = ({ role }: DoctorCase): string | null =>
    role === undefined ? null : { primary, secondary }[role].name;

  /** The check in which the doctor reports a fault. @throws Error if no check does */
  function told(report: DoctorReport, each: DoctorCase, tell: string): DoctorReport["checks"][number] {
    const subject = nameOf(each);
    const found = report.checks.find(
      (check) => `${check.state} ${check.id}` === tell && (subject === null || check.subject === subject),
    );
    if (found === undefined)
      throw new Error(`${each.fault} is not told by ${tell}; seen ${wrong(report).join(", ") || "nothing"}`);
    return found;
  }

  /** Whether the doctor reports every fault of the round, and nothing else. */
  async function tellsRound(round: readonly DoctorCase[]): Promise<boolean> {
    // Some of these end after a number of requests.
    for (const each of round) if (nameOf(each) === null) await administer("PUT", asked(each));
    const hasSilentHost = round.some(({ fault }) => ["freeze", "cut-link", "stop"].includes(fault));
    const report = await examine(...(hasSilentHost ? ["--limit", "30"] : []));
    for (const each of round)
      for (const [index, tell] of each.tells.entries()) {
        const { next } = told(report, each, tell);
        const expected = each.next.replace("STACK", rehearsal.session.stack);
        if (index === 0) assert.ok(next?.includes(expected), `${each.fault}: ${next}`);
      }
    const all = round.flatMap(({ tells }) => tells);
    // Who deploys, alerts and drift follow from what is broken.
    const follows = ["github-choice", "monitoring", "changes"];
    const others = troubled(report).filter(
      ({ state, id, stage }) => !all.includes(`${state} ${id}`) && !follows.includes(id) && !follows.includes(stage),
    );
    if (others.length > 0) throw new Error(`also: ${others.map(({ id, seen }) => `${id}: ${seen}`).join("; ")}`);
    return true;
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

  it("changes nothing; nor does any other command that only looks", async () => {
    const marks = { github: await rehearsal.mark("github"), proxmox: await rehearsal.mark("proxmox") };
    await examine();
    for (const words of ["status", "drift", "alerts", "gate", "why", "support --list"]) {
      const { code, all } = await rehearsal.run(["ghrunners", ...words.split(" ")]);
      assert.ok(code === 0 || code === 1, `${words} ended with ${code}:\n${all}`);
    }
    for (const service of ["github", "proxmox"] as const) {
      const events = await rehearsal.events(service, marks[service]);
      // The failover switch writes its choice again before it expires.
      assert.deepEqual(
        events.filter(({ kind, name }) => !(kind === "variable.updated" && name === "DEPLOY_RUNNER")),
        [],
      );
    }
  });

  /** The restart that the doctor names for a runner, on its machine. */
  async function restart({ name, vmId }: typeof primary | typeof secondary): Promise<void> {
    const { checks } = await examine();
    const found = checks.find(({ id, subject }) => id === "runner-registered" && subject === name);
    const [, command] = /ssh \S+ sudo (systemctl restart \S+)$/.exec(found?.next ?? "") ?? [];
    assert.ok(command, `${name}: ${found?.next}`);
    await rehearsal.inMachine(vmId, "sh", "-c", command);
    await rehearsal.online(name, 60_000);
  }

  /** Runs the command that the doctor names, while the fault is on. */
  const mend: Readonly<Record<string, () => Promise<unknown>>> = {
    "hang-listener": () => restart(secondary),
    "ghost-busy": async () => {
      await restart(primary);
      // GitHub still shows the session of before as online: it is free as soon as the new one asks for jobs.
      await until(
        "GitHub shows the runner free",
        60_000,
        async () => (await rehearsal.runner(primary.name))?.busy === false,
      );
    },
    stop: async () => {
      const healed = await rehearsal.up({}, "--refresh");
      assert.equal(healed.code, 0, healed.output);
    },
    // By the command of `stop`, which is in the same round.
    "registration-deleted": () => rehearsal.online(primary.name, 60_000),
  };

  for (const round of doctorRounds) {
    it(`names ${round.map(({ fault }) => fault).join(", ")} and what comes next`, async () => {
      try {
        for (const each of round) await administer("PUT", asked(each));
        await until("the doctor tells what is broken", 60_000, () => tellsRound(round));
        for (const { fault } of round) await mend[fault]?.();
      } finally {
        for (const each of round) await administer("DELETE", asked(each));
      }
    });
  }

  it("finds nothing wrong when all faults have ended", () => allIsWell());

  it("names a machine without a way to write", async () => {
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
