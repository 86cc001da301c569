import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse } from "yaml";
import { stackFile } from "@ghrunners/cli/pulumi/stack";
import { projectRoot } from "@ghrunners/core/project-root";
import { whileWatchingProcesses } from "./support/process-watch";
import { issuedTokens, type WatchReport } from "./support/process-watch.worker";
import { primary, Rehearsal, secondary } from "@ghrunners/lab/driver/rehearsal";
import type { EngineRun } from "@ghrunners/lab/driver/engine-run";
import { lookAtProcesses, type PlantedSecret, privateLines, SecretScanner } from "./support/secret-scan";
import { undoneAfter } from "../support/undone-after";

const machines = [primary, secondary];

/**
 * Where a secret is in a process's environment for a moment, readable only by that process's user.
 * PULUMI_CONFIG: how Pulumi's language hosts hand a program its configuration (official host:
 * cmd/pulumi-language-nodejs). ACTIONS_RUNNER_INPUT_TOKEN: the one way beside an argument by which config.sh takes a
 * token.
 */
const momentary = [
  { variable: "PULUMI_CONFIG", secrets: ["Proxmox VE token", "GitHub token", "SSH private key"] },
  { variable: "ACTIONS_RUNNER_INPUT_TOKEN", secrets: ["runner token"] },
];

/** Planted secrets are looked for everywhere they could be left. A canary shows that each search can find one. */
describe("secrets of a stack", () => {
  const canary = `canary-${randomBytes(16).toString("hex")}`;
  const outputs: Record<string, EngineRun> = {};
  let rehearsal: Rehearsal;
  let planted: readonly PlantedSecret[];
  let scanner: SecretScanner;
  let githubState: string;
  let watched: WatchReport;
  let temporary: string;
  const undo = undoneAfter();

  before(async () => {
    rehearsal = await Rehearsal.ready();
    const { secrets, instance } = rehearsal.lab;
    githubState = path.join(instance.github, "state.json");
    planted = [
      { name: "Proxmox VE token", value: secrets.proxmoxToken.slice(secrets.proxmoxToken.indexOf("=") + 1) },
      { name: "GitHub token", value: secrets.githubToken },
      { name: "SSH private key", value: privateLines(secrets.sshPrivateKey) },
      { name: "passphrase", value: secrets.passphrase },
      { name: "canary", value: canary },
    ];
    scanner = new SecretScanner(planted, () => issuedTokens(githubState));
    temporary = mkdtempSync(path.join(tmpdir(), "ghr-secrets-"));
    process.env.TMPDIR = temporary;
    undo(() => {
      delete process.env.TMPDIR;
      rmSync(temporary, { recursive: true, force: true });
    });
    rehearsal = await Rehearsal.open(); // The engine's processes keep their temporary files in a folder of their own.
    // The lab keeps no backups of its state; elsewhere the engine does, so they are looked at too.
    delete rehearsal.session.env.PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS;
    outputs.destroy = await rehearsal.pulumi(["destroy", "--run-program"]);
    const { result, report } = await whileWatchingProcesses({ planted, githubState }, () => rehearsal.up());
    outputs.up = result;
    watched = report;
    outputs["preview --diff"] = await rehearsal.pulumi(["preview", "--diff"], { "vm.memoryMiB": "2048" });
    outputs.refresh = await rehearsal.pulumi(["refresh"]);
  });

  /** Nothing below the folders, although there is something to look at, and a planted canary would be found. */
  function nothingUnder(folders: readonly string[], plantIn: string, skip?: (file: string) => boolean): void {
    const { files, found } = scanner.under(folders, skip);
    assert.ok(files.length > 0, `there was no file below ${folders.join(", ")}`);
    assert.deepEqual(found, []);
    const control = path.join(plantIn, "canary");
    writeFileSync(control, `x${Buffer.from(`{"token":"${canary}"}`).toString("base64")}x`);
    try {
      assert.deepEqual(scanner.under(folders, skip).found, [{ secret: "canary", where: control }]);
    } finally {
      rmSync(control);
    }
  }

  it("runner tokens were issued, and are recognised by their hash", () => {
    assert.ok(issuedTokens(githubState).size >= 2);
    const token = `A0${"B".repeat(27)}`;
    const known = new SecretScanner([], () => new Set([createHash("sha256").update(token).digest("hex")]));
    assert.deepEqual(known.in(`--token ${token} --name x`), ["runner token"]);
    assert.deepEqual(known.in(`--token ${token.replace("A0", "A1")}`), []);
  });

  for (const command of ["up", "preview --diff", "refresh", "destroy"]) {
    it(`the output of pulumi ${command} holds none`, () => {
      const run = outputs[command]!;
      assert.equal(run.code, 0, run.output);
      assert.match(run.output, /lab-runner|Resources:/);
      assert.deepEqual(scanner.in(run.output), []);
      assert.deepEqual(scanner.in(`${run.output}\n${canary}`), ["canary"]);
    });
  }

  it("the services' logs and events hold none", () => {
    const { logs, github, proxmox } = rehearsal.lab.instance;
    nothingUnder([logs, path.join(github, "events.jsonl"), path.join(proxmox, "events.jsonl")], logs);
  });

  it("the services' own state holds none, nor do job logs", () => {
    const { github, proxmox, run } = rehearsal.lab.instance;
    nothingUnder([github, proxmox, run], github);
  });

  it("the engine's state, history and backups hold them encrypted only", () => {
    const { backend } = rehearsal.lab.instance;
    const text = (folder: string): string =>
      readdirSync(path.join(backend, ".pulumi", folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), "utf8"))
        .join("\n");
    for (const folder of ["stacks", "history", "backups"]) {
      assert.match(text(folder), /"?ciphertext"?|v1:|"secure"/, `${folder} holds no encrypted value at all`);
    }
    nothingUnder([backend], path.join(backend, ".pulumi"));
  });

  it("the stack's configuration file holds them encrypted only", () => {
    const name = stackFile(rehearsal.stack);
    const file = parse(readFileSync(name, "utf8")) as {
      config: Record<string, unknown>;
    };
    for (const key of ["proxmoxToken", "githubToken", "sshPrivateKey"]) {
      assert.match((file.config[`ghrunners:${key}`] as { secure: string }).secure, /^v1:/, key);
    }
    assert.deepEqual(scanner.under([name]).found, []);
  });

  it("the checkout holds none", () => {
    const outside = new Set(["node_modules", ".git"].map((name) => path.join(projectRoot, name)));
    const { files, found } = scanner.under([projectRoot], (file) => outside.has(file));
    assert.ok(files.includes(stackFile(rehearsal.stack)), "the stack file was not looked at");
    assert.deepEqual(found, []);
  });

  it("the engine leaves none in temporary files", () => {
    writeFileSync(path.join(temporary, "looked-at"), "");
    nothingUnder([temporary], temporary);
  });

  it("no secret is in the argument list of any process during pulumi up", () => {
    assert.ok(watched.looks > 50, `the processes were looked at ${watched.looks} times only`);
    assert.deepEqual(
      watched.found.filter((finding) => finding.variable === undefined),
      [],
    );
  });

  it("no environment held one during the up but two momentary ones, in variables that their readers ask for", () => {
    const inEnvironment = watched.found.filter((finding) => finding.variable !== undefined);
    const unexpected = inEnvironment.filter(
      ({ variable, secret }) =>
        !momentary.some((known) => known.variable === variable && known.secrets.includes(secret)),
    );
    assert.deepEqual(unexpected, []);
    // That these are seen proves that the watch sees environments.
    assert.deepEqual([...new Set(inEnvironment.map(({ variable }) => variable))].sort(), [
      "ACTIONS_RUNNER_INPUT_TOKEN",
      "PULUMI_CONFIG",
    ]);
  });

  it("no process that runs on has one in its arguments or environment", () => {
    assert.deepEqual(lookAtProcesses(scanner), []);
  });

  it("the watch sees arguments and environments of other processes", async () => {
    const idle = "process.stdout.write('ready'); process.stdin.resume()";
    const children = (
      [
        [[canary], {}],
        [[], { CANARY: canary }],
      ] as const
    ).map(([words, env]) =>
      spawn(process.execPath, ["-e", idle, ...words], { env, stdio: ["pipe", "pipe", "ignore"] }),
    );
    await Promise.all(children.map((child) => once(child.stdout, "data")));
    const { report } = await whileWatchingProcesses({ planted, githubState }, async () => undefined);
    await Promise.all(children.map((child) => (child.stdin.end(), once(child, "exit"))));
    const seen = report.found.filter(({ secret }) => secret === "canary").map(({ variable }) => variable ?? "argument");
    assert.deepEqual(seen.sort(), ["CANARY", "argument"]);
  });

  for (const { role, vmId } of machines) {
    it(`no file on the ${role} holds one, on its disk or in its memory`, async () => {
      const { upper, root } = machineFolders(vmId);
      const folders = [upper, ...["run", "tmp", "dev/shm"].map((folder) => path.join(root, folder))];
      const { files, found } = scanner.under(folders);
      for (const known of [".credentials", ".runner"]) {
        assert.ok(files.includes(path.join(upper, "opt/actions-runner", known)), `${known} was not looked at`);
      }
      assert.deepEqual(found, []);
      for (const file of ["/var/lib/misc/canary", "/run/canary"]) {
        await rehearsal.inMachine(vmId, "sh", "-c", `echo ${canary} >${file}`);
        const seen = scanner.under(folders).found.filter(({ where }) => where.endsWith("/canary"));
        await rehearsal.inMachine(vmId, "rm", file);
        assert.deepEqual(
          seen.map(({ secret }) => secret),
          ["canary"],
          file,
        );
      }
    });

    it(`the journal of the ${role} holds none`, async () => {
      const journal = (): Promise<string> =>
        rehearsal.inMachine(vmId, "sh", "-c", "journalctl --sync; exec journalctl --all --output=export --no-pager");
      const text = await journal();
      assert.match(text, /COMMAND=.*bash -s -- register/, "the journal knows nothing of the registration");
      assert.deepEqual(scanner.in(text), []);
      await rehearsal.inMachine(vmId, "logger", canary);
      assert.deepEqual(scanner.in(await journal()), ["canary"]);
    });

    it(`what the ${role} printed on its console, and was given by cloud-init, holds none`, () => {
      const folder = path.join(rehearsal.lab.instance.state, "machines", String(vmId));
      const ours = ["console.log", "supervisor.log", "seed"].map((name) => path.join(folder, name));
      assert.ok(existsSync(ours[0]!));
      nothingUnder(ours, path.join(folder, "seed"));
    });
  }

  it("a person can list the machines, read their consoles and run commands on them", () => {
    assert.match(machineCommand("list"), new RegExp(`^${primary.vmId}\\tready\\t${primary.address} `, "m"));
    assert.match(machineCommand("console", String(primary.vmId)), /systemd/);
    assert.match(machineCommand("exec", String(primary.vmId), "journalctl", "-b", "-n", "1"), /\S/);
  });

  function machineCommand(...words: string[]): string {
    const line = ["--require", "tsx/cjs", "lab/machines/main.ts", ...words];
    return execFileSync(process.execPath, line, { cwd: projectRoot, encoding: "utf8" });
  }

  /** A machine's own files as its supervisor sees them, and its root as its first process sees it. */
  function machineFolders(vmId: number): { upper: string; root: string } {
    const { prefix, state } = rehearsal.lab.instance;
    const unified = existsSync("/sys/fs/cgroup/unified") ? "/sys/fs/cgroup/unified" : "/sys/fs/cgroup";
    const first = (group: string): string => {
      const file = path.join(unified, prefix, `vm${vmId}`, group, "cgroup.procs");
      return readFileSync(file, "utf8").split("\n")[0] ?? "";
    };
    const folder = path.join(state, "machines", String(vmId));
    return {
      upper: `/proc/${first("guard")}/root${folder}/disk/upper`,
      root: `/proc/${first("machine/payload/init.scope")}/root`,
    };
  }
});
