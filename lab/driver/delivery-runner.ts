import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { cacheFolder } from "@ghrunners/core/user-folders";
import { runProcess } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";
import { until } from "@ghrunners/core/until";
import { distributionsFolder } from "../runner-distribution";
import { ensureToolchain, toolchainEnvironment } from "../toolchain";
import type { Rehearsal } from "./rehearsal";

const version = "2.336.0";

/**
 * The machine that delivers the stacks, as docs/how-to/workflows.md describes it: a runner that a person set up, with
 * the Pulumi CLI, that no stack manages. Here it is a process of the host, which reaches the services of a lab without
 * machines.
 */
export class DeliveryRunner {
  private readonly folder = mkdtempSync(path.join(tmpdir(), "ghr-delivery-"));
  private listener: ChildProcess | undefined;
  private output = "";

  private constructor(private readonly rehearsal: Rehearsal) {}

  /** @param name under which GitHub knows it; it has the label `delivery` */
  static async start(rehearsal: Rehearsal, name: string): Promise<DeliveryRunner> {
    const runner = new DeliveryRunner(rehearsal);
    try {
      await runner.setUp(name);
    } catch (error) {
      await runner.stop();
      throw error;
    }
    return runner;
  }

  /** Where the jobs of a repository run, one after the other. */
  workspace(repository: string): string {
    return path.join(this.folder, "_work", repository, repository);
  }

  /** Ends the runner and what it runs, and removes its folder. */
  async stop(): Promise<void> {
    const { listener } = this;
    if (listener !== undefined && listener.exitCode === null && listener.signalCode === null) {
      const ended = new Promise((resolve) => listener.once("close", resolve));
      listener.kill("SIGINT");
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async setUp(name: string): Promise<void> {
    const { rehearsal, folder } = this;
    const { owner, repo } = rehearsal.repository;
    const archive = `actions-runner-linux-x64-${version}.tar.gz`;
    execFileSync("tar", ["-xzf", path.join(distributionsFolder(cacheFolder()), archive), "-C", folder]);
    const programs = path.join(folder, "programs");
    mkdirSync(programs);
    copyFileSync(path.join(projectRoot, "lab/driver/npm-ci.sh"), path.join(programs, "npm"));
    const env = await this.environment(programs);
    const { data } = await rehearsal.octokit.rest.actions.createRegistrationTokenForRepo(rehearsal.repository);
    const url = `${rehearsal.lab.githubUrl}/${owner}/${repo}`;
    const configured = await runProcess(
      ["./config.sh", "--unattended", "--url", url, "--name", name, "--labels", "delivery"],
      { cwd: folder, env: { ...env, ACTIONS_RUNNER_INPUT_TOKEN: data.token } },
    );
    if (configured.code !== 0) throw new Error(`config.sh ended with exit code ${configured.code}:\n${configured.all}`);
    const listener = spawn("./bin/Runner.Listener", ["run"], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
    this.listener = listener;
    for (const stream of [listener.stdout, listener.stderr])
      stream.on("data", (chunk: Buffer) => (this.output = `${this.output}${chunk.toString()}`.slice(-10_000)));
    await until(`${name} is online`, 20_000, async () => {
      if (listener.exitCode !== null) throw new Error(`The listener ended:\n${this.output}`);
      return (await rehearsal.runner(name))?.status === "online";
    });
  }

  /**
   * What an administrator installs there: the Pulumi CLI, and the authority of both services among the trusted ones.
   */
  private async environment(programs: string): Promise<NodeJS.ProcessEnv> {
    const { authority } = this.rehearsal.lab;
    const toolchain = await ensureToolchain({ say: () => undefined });
    const node = path.dirname(process.execPath);
    const { PATH, ...ofToolchain } = toolchainEnvironment(toolchain, {
      PATH: [node, "/usr/local/bin", "/usr/bin", "/bin"].join(path.delimiter),
    });
    return {
      ...ofToolchain,
      PATH: [programs, PATH].join(path.delimiter),
      HOME: this.folder,
      LANG: "C.UTF-8",
      RUNNER_ALLOW_RUNASROOT: "1",
      // This machine need not have ICU.
      DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: "1",
      CHECKOUT: projectRoot,
      NODE_COMPILE_CACHE: path.join(cacheFolder(), "node-compile-cache"),
      PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
      SSL_CERT_FILE: authority,
      NODE_EXTRA_CA_CERTS: authority,
      CURL_CA_BUNDLE: authority,
      GIT_SSL_CAINFO: authority,
    };
  }
}
