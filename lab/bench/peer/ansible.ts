/**
 * The peer's host steps: an Ansible playbook, run inside the lab's namespace.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  HOOK_POLICY_FILE,
  HOOKS_FOLDER,
  RUNNER_HOME,
  RUNNER_USER,
  runnerLabels,
  runnerUnit,
} from "@ghrunners/core/vocabulary/runner";
import { renderDropIn, renderEnvironment, renderPolicy } from "@ghrunners/components/runner/render-agent";
import type { Settings } from "@ghrunners/config/load";
import type { Lab } from "../../lifecycle";
import { offeredVersion } from "../../runner-distribution/build";
import { projectRoot } from "@ghrunners/core/project-root";
import type { TimedCommand } from "../timed";

export interface Ansible {
  readonly playbook: TimedCommand;
  /** Ends the SSH connections that ControlPersist keeps open. */
  close(): void;
}

/** Inventory with every variable of the playbook, from the settings of the program. Holds no secret. */
export function inventory(
  settings: Settings,
  files: { knownHosts: string; privateKey: string; authority: string },
): unknown {
  const { github, agent, environment } = settings;
  const hosts = settings.runners.map(({ name, address, role }): [string, Record<string, unknown>] => [
    name,
    {
      ansible_host: address,
      labels: runnerLabels(environment, role, agent.extraLabels),
      unit: runnerUnit(github.repository, name),
    },
  ]);
  return {
    runners: {
      hosts: Object.fromEntries(hosts),
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
        runner_user: RUNNER_USER,
        runner_home: RUNNER_HOME,
        hooks_folder: HOOKS_FOLDER,
        policy_file: HOOK_POLICY_FILE,
        scripts_folder: path.join(projectRoot, "components", "scripts"),
        drop_in: renderDropIn(settings.safety.drainTimeoutMinutes),
        policy: renderPolicy({ repository: github.repository, events: agent.allowedEvents, refs: agent.allowedRefs }),
        environment_lines: renderEnvironment(),
      },
    },
  };
}

/** @param folder made here, inside the lab's state */
export function prepareAnsible(lab: Lab, settings: Settings, folder: string): Ansible {
  const sockets = path.join(folder, "cp");
  mkdirSync(sockets, { recursive: true, mode: 0o700 });
  const inventoryFile = path.join(folder, "inventory.json");
  const files = {
    knownHosts: path.join(folder, "known_hosts"),
    privateKey: path.join(lab.instance.secrets, "ssh-key"),
    authority: lab.authority,
  };
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
