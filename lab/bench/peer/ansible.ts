/**
 * The peer's host steps: an Ansible playbook, run inside the lab's namespace.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ports } from "@ghrunners/core/vocabulary/ports";
import {
  JOB_FOLDERS,
  RUNNER_HOME,
  RUNNER_USER,
  runnerLabels,
  runnerUnit,
  SETUP_USER,
} from "@ghrunners/core/vocabulary/runner";
import { runnerPackages } from "@ghrunners/components/runner/packages";
import type { MachineSettings } from "@ghrunners/config/machines";
import type { Settings } from "@ghrunners/config/parse";
import type { Lab } from "../../lifecycle";
import { offeredVersion } from "../../runner-distribution/build";
import type { TimedCommand } from "../timed";
import { exporterFiles, exporterService, packFiles, runnerFiles } from "./host-files";

export interface Ansible {
  readonly playbook: TimedCommand;
  /** Ends the SSH connections that ControlPersist keeps open. */
  close(): void;
}

/** What differs from host to host. */
const hostVariables = (settings: Settings, runner: MachineSettings, archives: string): Record<string, unknown> => ({
  ansible_host: runner.address,
  labels: runnerLabels(settings.environment, runner.role, settings.agent.extraLabels),
  unit: runnerUnit(settings.github.repository, runner.name),
  files_archive: archiveOf(archives, runner),
  exporter: exporterService(settings, runner),
});

const archiveOf = (folder: string, { name }: MachineSettings): string => path.join(folder, `${name}.tar.gz`);

/** Inventory with every variable of the playbook, from the settings of the program. Holds no secret. */
export function inventory(
  settings: Settings,
  files: { knownHosts: string; privateKey: string; authority: string; archives: string },
): unknown {
  const { github, agent } = settings;
  return {
    runners: {
      hosts: Object.fromEntries(
        settings.runners.map((runner) => [runner.name, hostVariables(settings, runner, files.archives)]),
      ),
      vars: {
        ansible_user: settings.vm.user,
        ansible_ssh_private_key_file: files.privateKey,
        ansible_ssh_common_args: [
          ...["-o ControlMaster=auto", "-o ControlPersist=60s", "-o StrictHostKeyChecking=accept-new"],
          `-o UserKnownHostsFile=${files.knownHosts}`,
        ].join(" "),
        ca_file: files.authority,
        repository_url: `${github.url}/${github.repository}`,
        repository_api: `${github.url}/api/v3/repos/${github.repository}`,
        github_headers: {
          Authorization: "Bearer {{ lookup('ansible.builtin.env', 'GITHUB_TOKEN') }}",
          Accept: "application/vnd.github+json",
        },
        archive_name: `actions-runner-linux-x64-${agent.version ?? offeredVersion}.tar.gz`,
        // That of the release is found by the playbook.
        packages: runnerPackages(undefined).filter((name) => name !== "libicu"),
        runner_user: RUNNER_USER,
        setup_user: SETUP_USER,
        runner_home: RUNNER_HOME,
        job_folders: JOB_FOLDERS,
        exporter_ports: [ports.nodeExporter, ports.runnerExporter],
      },
    },
  };
}

/** @param folder made here, inside the lab's state */
export async function prepareAnsible(lab: Lab, settings: Settings, folder: string): Promise<Ansible> {
  const sockets = path.join(folder, "cp");
  mkdirSync(sockets, { recursive: true, mode: 0o700 });
  const inventoryFile = path.join(folder, "inventory.json");
  const files = {
    knownHosts: path.join(folder, "known_hosts"),
    privateKey: path.join(lab.instance.secrets, "ssh-key"),
    authority: lab.authority,
    archives: path.join(folder, "files"),
  };
  for (const runner of settings.runners) {
    const all = [...runnerFiles(settings, runner), ...(await exporterFiles(settings, runner))];
    packFiles(all, archiveOf(files.archives, runner));
  }
  writeFileSync(inventoryFile, JSON.stringify(inventory(settings, files)), { mode: 0o600 });
  const source = path.join(__dirname, "ansible");
  const inside = ["nsenter", `--net=${lab.instance.netns}`];
  return {
    playbook: {
      line: [...inside, "ansible-playbook", "--inventory", inventoryFile, path.join(source, "playbook.yml")],
      cwd: source,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        LANG: "C.UTF-8",
        ANSIBLE_CONFIG: path.join(source, "ansible.cfg"),
        ANSIBLE_HOME: path.join(folder, "home"),
        ANSIBLE_SSH_CONTROL_PATH_DIR: sockets,
        GITHUB_TOKEN: lab.secrets.githubToken,
      },
    },
    close: () => {
      for (const socket of readdirSync(sockets)) {
        spawnSync("ssh", ["-o", `ControlPath=${path.join(sockets, socket)}`, "-O", "exit", "peer"], {
          stdio: "ignore",
        });
      }
    },
  };
}
