/** Each runner: its machine, its host, its unit, its registration. Pure. */
import type { Settings } from "@ghrunners/config/parse";
import { labelsWithout } from "@ghrunners/core/github/runner";
import { MINIMUM_RUNNER_VERSION, runnerUnit } from "@ghrunners/core/vocabulary/runner";
import { compareVersions } from "@ghrunners/core/vocabulary/version";
import { maintenanceOf, maintenances } from "@ghrunners/failover/choice/maintenance";
import { labelsOf, type MachineSettings } from "@ghrunners/config/machines";
import { type DoctorCheck, ok, problem, fromMessage, unknown, type DoctorVerdict, warning } from "../check";
import { judgeExpiry } from "../expiry";
import type { DoctorFacts } from "../facts";
import { hostChecks } from "./hosts";

const HEAL = "pulumi up --refresh";
const RAISE_VERSION = "pulumi config set --path 'ghrunners:agent.version' VERSION, then pulumi up";
const AGAIN = "ghrunners doctor once more";

function judgeMachine({ proxmox }: DoctorFacts, { vmId }: MachineSettings): DoctorVerdict {
  if (proxmox === undefined || "error" in proxmox.seen.guests) return unknown("Proxmox VE did not show it", AGAIN);
  const guest = proxmox.seen.guests.value.find(({ vmid }) => vmid === vmId);
  if (guest === undefined) return problem(`there is no VM ${vmId}`, HEAL);
  if (guest.status !== "running") return problem(`VM ${vmId} is ${guest.status ?? "in no known state"}`, HEAL);
  const lock = proxmox.seen.configs.get(vmId)?.lock;
  return lock === undefined
    ? ok(`VM ${vmId} is running`)
    : warning(
        `VM ${vmId} is running and locked (${lock}), so it cannot be changed`,
        `wait for the task that holds it, or on ${guest.node}: qm unlock ${vmId}`,
        "a running VM without a lock",
      );
}

function judgeUnit(facts: DoctorFacts, name: string, login: string): DoctorVerdict {
  const host = facts.hosts?.[name];
  if (host === undefined || "error" in host || host.value.unit === undefined)
    return unknown("the unit was not read", AGAIN);
  const { active, enabled, words, hasCredentials } = host.value.unit;
  const lost = hasCredentials ? "" : ", without its credentials for GitHub";
  const seen = `${active}, ${enabled}${lost}${words === "" ? "" : `: ${words}`}`;
  const runs = active === "active" && enabled === "enabled";
  // The listener read them when it started: it works until it starts again.
  if (!hasCredentials) return runs ? warning(seen, HEAL) : problem(seen, HEAL);
  if (runs) return ok(seen);
  // GitHub serves this version no more: only another version helps.
  if (/version .*deprecated/i.test(words)) return problem(seen, RAISE_VERSION);
  if (/registration has been deleted/i.test(words)) return problem(seen, HEAL);
  return active === "failed" ? problem(seen, `${login} systemctl status 'actions.runner.*'`) : problem(seen, HEAL);
}

function judgeWork(facts: DoctorFacts, name: string): DoctorVerdict {
  const host = facts.hosts?.[name];
  if (host === undefined || "error" in host || host.value.unit === undefined)
    return unknown("the folder was not read", AGAIN);
  const { unusable } = host.value.unit;
  return unusable === ""
    ? ok("the user of jobs can write to it")
    : problem(`the user of jobs cannot write to ${unusable}`, machineAgain(facts, name));
}

/** Rebuilds a machine: a host that was changed by hand is not repaired. */
function machineAgain({ own: { state } }: DoctorFacts, name: string): string {
  const urn = "error" in state ? undefined : state.value.made.runners.find((runner) => runner.name === name)?.machine;
  return urn === undefined ? HEAL : `pulumi up --replace '${urn}'`;
}

function judgeRegistration(
  facts: DoctorFacts,
  runner: MachineSettings,
  labels: readonly string[],
  restart: string,
): DoctorVerdict {
  const all = facts.github?.asked?.runners;
  if (all === undefined) return unknown("GitHub was not asked", AGAIN);
  if ("error" in all) return fromMessage("unknown", all.error, AGAIN);
  const found = all.value.find(({ name }) => name === runner.name);
  if (found === undefined) return problem("GitHub has no runner of that name", HEAL);
  const missing = labelsWithout(labels, found.labels);
  const more = labelsWithout(found.labels, labels);
  if (missing.length + more.length > 0)
    return problem(`the labels ${found.labels.join(", ")}`, HEAL, `the labels ${labels.join(", ")}`);
  if (!found.online) return problem("GitHub shows it offline", restart);
  const host = facts.hosts?.[runner.name];
  const jobs = host === undefined || "error" in host ? undefined : host.value.unit?.jobs;
  // Both were read seconds apart: a job may have begun or ended in between, so it is no problem yet.
  return found.busy && jobs === 0
    ? warning("GitHub shows it busy, and no job is at work on its machine", `${AGAIN}; if it stays so: ${restart}`)
    : ok(`online${found.busy ? ", busy" : ""}`);
}

function judgeVersion(facts: DoctorFacts, name: string): DoctorVerdict {
  const asked = facts.github?.asked;
  if (asked === undefined) return unknown("GitHub was not asked", AGAIN);
  const { runners, deadlines } = asked;
  if ("error" in runners) return fromMessage("unknown", runners.error, AGAIN);
  if ("error" in deadlines) return fromMessage("unknown", deadlines.error, AGAIN);
  const version = runners.value.find((runner) => runner.name === name)?.version;
  if (version === undefined) return ok("GitHub does not name it");
  if (compareVersions(version, MINIMUM_RUNNER_VERSION) < 0)
    return problem(
      `${version}, which GitHub lets register no more`,
      RAISE_VERSION,
      `${MINIMUM_RUNNER_VERSION} or newer`,
    );
  const ends = deadlines.value[version];
  return ends === undefined
    ? ok(`${version}, no end announced`)
    : judgeExpiry(`service for ${version}`, ends, facts.at, RAISE_VERSION);
}

function judgeMaintenance({ github, at }: DoctorFacts, name: string): DoctorVerdict {
  const text = github?.asked?.maintenance;
  if (text === undefined) return unknown("GitHub was not asked", AGAIN);
  // A token without Variables: read is reported by what it is needed for.
  if ("error" in text)
    return text.status === 403 ? ok("not shown to this token") : fromMessage("unknown", text.error, AGAIN);
  const away = maintenances.parse(text.value ?? undefined, at);
  if (!away.known) return fromMessage("problem", away.problem, "ghrunners maintenance");
  const entry = maintenanceOf(away.entries, name);
  return entry === undefined
    ? ok("in service")
    : warning(
        `in maintenance until ${entry.until}: ${entry.reason} (${entry.by})`,
        `ghrunners maintenance end ${name}`,
      );
}

/** @param hostsAt this machine's clock when the hosts were looked at, milliseconds since 1970 */
export function runnerChecks(facts: DoctorFacts, settings: Settings, runner: MachineSettings): DoctorCheck[] {
  const stage = "runners";
  const { name: subject, address } = runner;
  const user = settings.vm.user;
  const login = `ssh ${user}@${address}`;
  const about = { stage, subject } as const;
  const machine: DoctorCheck = {
    ...about,
    id: "runner-machine",
    expected: `VM ${runner.vmId} running`,
    needs: ["proxmox-token", "deployed"],
    judge: () => judgeMachine(facts, runner),
  };
  if (settings.hosts === "skip") return [machine];
  const seen = facts.hosts?.[subject] ?? { error: "the stack has no host for this runner yet. Next: pulumi up" };
  const restart = `${login} sudo systemctl restart ${runnerUnit(settings.github.repository, subject)}`;
  const labels = labelsOf(settings, runner);
  const sudo = `runner-sudo ${subject}`;
  return [
    machine,
    ...hostChecks(
      {
        kind: "runner",
        stage,
        subject,
        address: { user, host: address },
        seen,
        needs: [`runner-machine ${subject}`],
        repair: HEAL,
        repairSudo: machineAgain(facts, subject),
      },
      facts.hostsAt ?? facts.at.getTime(),
    ),
    {
      ...about,
      id: "runner-work-folder",
      expected: "a work folder that jobs can use",
      needs: [sudo],
      judge: () => judgeWork(facts, subject),
    },
    {
      ...about,
      id: "runner-unit",
      expected: "the runner's unit active and enabled",
      needs: [sudo],
      judge: () => judgeUnit(facts, subject, login),
    },
    {
      ...about,
      id: "runner-registered",
      expected: "registered with its labels, and online",
      needs: ["github-runners", `runner-unit ${subject}`],
      judge: () => judgeRegistration(facts, runner, labels, restart),
    },
    {
      ...about,
      id: "runner-version",
      expected: "a version that GitHub serves for two more weeks",
      needs: ["github-runners", "deployed"],
      judge: () => judgeVersion(facts, subject),
    },
    {
      ...about,
      id: "runner-service",
      expected: "in service",
      needs: ["github-repository", "deployed"],
      judge: () => judgeMaintenance(facts, subject),
    },
  ];
}
