import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { until } from "@ghrunners/core/until";
import { holdJobs, smokeJob, startJob } from "@ghrunners/lab/driver/jobs";
import { primary, Rehearsal, secondary } from "@ghrunners/lab/driver/rehearsal";
import { topology } from "@ghrunners/lab/topology";
import type { EngineRun } from "@ghrunners/lab/driver/engine-run";

/** How long the next step of a job or of a destroy may take on a loaded machine. */
const LIMIT_MS = 240_000;

type RunnerOfLab = typeof primary | typeof secondary;

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

  const vmIds = async (): Promise<number[]> =>
    ((await rehearsal.proxmox("GET", "cluster/resources?type=vm")) as { vmid: number }[])
      .map(({ vmid }) => vmid)
      .sort((left, right) => left - right);

  /** What GitHub and Proxmox VE noted about a runner, its jobs and its VM, in the order of time. */
  async function history(runner: RunnerOfLab, since: { github: number; proxmox: number }): Promise<string[]> {
    const github = (await rehearsal.events("github", since.github)).flatMap(({ at, kind, ...detail }) => {
      if (kind.startsWith("job.") && detail.runner === runner.name)
        return [{ at, words: [kind, detail.conclusion].filter(Boolean).join(" ") }];
      if (!kind.startsWith("runner.") || detail.name !== runner.name) return [];
      return [{ at, words: kind === "runner.labels" ? `runner.labels ${JSON.stringify(detail.labels)}` : kind }];
    });
    const proxmox = (await rehearsal.events("proxmox", since.proxmox)).flatMap(({ at, kind, vmid }) =>
      kind === "vm.destroyed" && vmid === runner.vmId ? [{ at, words: kind }] : [],
    );
    return [...github, ...proxmox]
      .sort((left, right) => Date.parse(left.at) - Date.parse(right.at))
      .map(({ words }) => words);
  }

  /** What the stack made at GitHub besides the runners, by kind. */
  async function atGitHub(): Promise<Record<string, string[]>> {
    const { repository, octokit } = rehearsal;
    const { data } = await octokit.rest.repos.getAllEnvironments(repository);
    const environments = (data.environments ?? []).map(({ name }) => name);
    const secrets = environments.map(async (environment_name) => {
      const listed = await octokit.rest.actions.listEnvironmentSecrets({ ...repository, environment_name });
      return listed.data.secrets.map(({ name }) => name);
    });
    const rulesets = (await octokit.rest.repos.getRepoRulesets(repository)).data.map(({ name }) => name);
    return { environments, secrets: (await Promise.all(secrets)).flat(), rulesets };
  }

  /** Files of the stack on the monitoring host: rules, targets, dashboards, and units of its services. */
  async function onMonitoringHost(): Promise<Record<string, string[]>> {
    const folders = {
      rules: "/etc/prometheus/rules.d",
      targets: "/etc/prometheus/targets.d",
      dashboards: "/var/lib/ghrunners/dashboards",
      units: "/etc/systemd/system",
    };
    const listed = Object.entries(folders).map(async ([kind, folder]): Promise<[string, string[]]> => {
      const find = `test ! -d ${folder} || find ${folder} -name 'ghrunners*' -type f -printf '%f\\n'`;
      const names = await rehearsal.inMachine(topology.hosts.monitoring.id, "sh", "-c", find);
      return [kind, names.split("\n").filter((name) => name !== "")];
    });
    return Object.fromEntries(await Promise.all(listed));
  }

  const runOf = async (proof: string): Promise<{ status: string | null } | undefined> =>
    (await rehearsal.octokit.rest.actions.listWorkflowRunsForRepo(rehearsal.repository)).data.workflow_runs.find(
      ({ display_title: title }) => title.includes(proof),
    );

  /**
   * `pulumi destroy` while a job runs on the runner. Once the runner has lost its labels, a second job for it is
   * queued, and only then does the first one go on to its end.
   */
  async function destroyUnderJob(runner: RunnerOfLab, ...args: string[]): Promise<void> {
    const { name, role } = runner;
    const since = { github: await rehearsal.mark("github"), proxmox: await rehearsal.mark("proxmox") };
    const waiting = `waits-for-${role}`;
    const release = await holdJobs(rehearsal, runner);
    let destroying: Promise<EngineRun> | undefined;
    try {
      await startJob(rehearsal, smokeJob(role, `runs-on-${role}`));
      await until(`${name} is busy`, LIMIT_MS, async () => (await rehearsal.runner(name))?.busy);
      destroying = rehearsal.pulumi(["destroy", ...args]);
      await until(`${name} has no labels, or is gone`, LIMIT_MS, async () => {
        return ((await rehearsal.runner(name))?.labels ?? []).length === 0;
      });
      await startJob(rehearsal, smokeJob(role, waiting));
      await until("the second job is queued", LIMIT_MS, async () => (await runOf(waiting))?.status === "queued");
    } finally {
      // A destroy that did not wait has taken the machine away; then the assertions below say what happened.
      await release().catch(() => undefined);
      await destroying;
    }
    const run = await destroying;
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(await history(runner, since), [
      "job.assigned",
      "job.started",
      "runner.labels []",
      "job.completed success",
      "runner.offline",
      "runner.deleted",
      "vm.destroyed",
    ]);
    assert.equal((await runOf(waiting))?.status, "queued", "no runner took the second job");
  }

  it("destroy --run-program of the primary lets its job end, then removes the runner, then the machine", async () => {
    await destroyUnderJob(primary, "--run-program", "--target", "**::runners-primary**", "--target-dependents");
    assert.deepEqual(await vmIds(), [secondary.vmId, 9000]);
    await rehearsal.online(secondary.name);
  });

  it("destroy lets a running job end, and leaves no machine, no registration and no file", async () => {
    const made = { ...(await atGitHub()), ...(await onMonitoringHost()) };
    for (const [kind, names] of Object.entries(made)) assert.ok(names.length > 0, `there are no ${kind} to remove`);
    await destroyUnderJob(secondary);
    assert.deepEqual(await vmIds(), [9000], "only the template stays");
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
    assert.deepEqual(await atGitHub(), { environments: [], secrets: [], rulesets: [] });
    assert.deepEqual(await onMonitoringHost(), { rules: [], targets: [], dashboards: [], units: [] });
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
