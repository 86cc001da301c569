/** The files that both the program and the peer put on a runner's host. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  HOOK_POLICY_FILE,
  HOOKS_FOLDER,
  RUNNER_HOME,
  runnerUnit,
  SEARCH_PATH,
  WORK_FOLDER,
} from "@ghrunners/core/vocabulary/runner";
import { ports } from "@ghrunners/core/vocabulary/ports";
import { closedToJobs } from "@ghrunners/components/runner/closed-hosts";
import { renderDropIn, renderEnvironment, renderPolicy, renderUnit } from "@ghrunners/components/runner/render-agent";
import { readScript } from "@ghrunners/components/scripts/read-script";
import type { MachineSettings } from "@ghrunners/config/machines";
import type { Settings } from "@ghrunners/config/parse";
import { bundleExporter } from "@ghrunners/exporter/bundle";
import { exporterParameters } from "@ghrunners/exporter/install";
import { closedHostsOf } from "./firewall";

export interface HostFile {
  readonly path: string;
  readonly mode: number;
  readonly content: string;
}

/** Ends in one newline, as the program's own scripts leave a file. */
const file = (path: string, content: string, mode = 0o644): HostFile => ({
  path,
  mode,
  content: `${content.replace(/\n$/, "")}\n`,
});

/** Of the runner: hooks, policy, unit, environment. */
export function runnerFiles(settings: Settings, { name }: MachineSettings): HostFile[] {
  const { agent, github, network, safety } = settings;
  const unit = runnerUnit(github.repository, name);
  const closed = closedToJobs(closedHostsOf(settings), network.nameservers, network.egress);
  const jobs = { repository: github.repository, events: agent.allowedEvents, refs: agent.allowedRefs };
  const hooks = ["job-started.sh", "job-completed.sh", "job-traces.sh"];
  return [
    ...hooks.map((hook) => file(`${HOOKS_FOLDER}/${hook}`, readScript(hook), 0o755)),
    file(HOOK_POLICY_FILE, renderPolicy(jobs)),
    file(`/etc/systemd/system/${unit}`, renderUnit(name)),
    file(`/etc/systemd/system/${unit}.d/ghrunners.conf`, renderDropIn(safety.drainTimeoutMinutes, closed)),
    file(`${RUNNER_HOME}/.env`, renderEnvironment()),
    file(`${RUNNER_HOME}/.path`, SEARCH_PATH),
    file(`${RUNNER_HOME}/.service`, unit),
    file("/etc/sysctl.d/60-ghrunners.conf", "kernel.yama.ptrace_scope = 1"),
    file("/etc/cloud/cloud.cfg.d/99-ghrunners.cfg", "ssh_deletekeys: false"),
  ];
}

const exporterOf = ({ github }: Settings, { name, address }: MachineSettings): Record<string, string> => {
  const listen = { host: address, port: ports.runnerExporter };
  const unit = runnerUnit(github.repository, name);
  const places = { runnerHome: RUNNER_HOME, workFolder: WORK_FOLDER, githubUrl: github.url };
  return exporterParameters("runner", { view: "host", listen, unit, ...places }, "", "");
};

/** Unit and user of the runner exporter. */
export function exporterService(settings: Settings, runner: MachineSettings): { unit: string; user: string } {
  const { UNIT = "", SERVICE_USER = "" } = exporterOf(settings, runner);
  return { unit: UNIT, user: SERVICE_USER };
}

/** Of the runner exporter: program, configuration, unit. */
export async function exporterFiles(settings: Settings, runner: MachineSettings): Promise<HostFile[]> {
  const { UNIT = "", UNIT_TEXT = "", CONFIG_FILE = "", CONFIG = "", BUNDLE_FILE = "" } = exporterOf(settings, runner);
  const program = readFileSync((await bundleExporter("runner")).file, "utf8");
  return [
    { path: BUNDLE_FILE, mode: 0o644, content: program },
    file(CONFIG_FILE, CONFIG),
    file(`/etc/systemd/system/${UNIT}`, UNIT_TEXT),
  ];
}

/**
 * The files as one archive of root's: a single step of Ansible's puts them all on the host, and sees whether one
 * differs.
 * @param archive a .tar.gz; its folder is made here, and one beside it
 */
export function packFiles(files: readonly HostFile[], archive: string): void {
  const root = `${archive}.d`;
  for (const { path: name, mode, content } of files) {
    const target = path.join(root, name);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, content, { mode });
  }
  // Always the same times: another one counts as a change. No folders: those of the host keep owner and mode.
  const fixed = ["--owner=root:0", "--group=root:0", "--mtime=@1700000000", "--sort=name"];
  const names = files.map(({ path: name }) => path.relative("/", name));
  execFileSync("tar", ["--create", "--gzip", "--file", archive, "--directory", root, ...fixed, ...names]);
}
