import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { publicKeyOf } from "@ghrunners/config/open-ssh-key";
import { projectRoot } from "@ghrunners/core/project-root";
import { Rehearsal } from "@ghrunners/lab/driver/rehearsal";
import { topology } from "@ghrunners/lab/topology";

const owner = topology.github.owner.login;
const repo = topology.github.repository.name;
const STACK = "example";

/** A program of examples/ on the lab with its machines, with a stack of its own. */
class Example {
  /** Holds the stack's configuration, so that the checkout stays as it is. */
  private readonly folder = mkdtempSync(path.join(tmpdir(), "ghr-example-"));

  constructor(
    private readonly lab: Rehearsal,
    private readonly name: string,
  ) {}

  /** @throws the words of pulumi when it fails */
  private async pulumi(cwd: string, args: readonly string[], input?: string): Promise<void> {
    const { code, all } = await this.lab.run(["pulumi", ...args], { cwd, input });
    assert.equal(code, 0, `pulumi ${args.join(" ")} of ${this.name}:\n${all}`);
  }

  /** Makes its stack, with what both examples ask for and what only this one does. */
  async open(settings: Readonly<Record<string, unknown>>): Promise<void> {
    const { secrets, githubUrl, proxmoxEndpoint } = this.lab.lab;
    const common = {
      endpoint: proxmoxEndpoint,
      node: "pve-lab",
      templateId: 9000,
      githubUrl,
      repository: `${owner}/${repo}`,
      network: { gateway: "198.51.100.1", adminCidr: "198.51.100.1/32" },
      vm: { cores: 1, memoryMiB: 1024, diskGiB: 4 },
      sshPublicKey: publicKeyOf(secrets.sshPrivateKey),
    };
    const named = Object.entries({ ...common, ...settings }).map(([key, value]) => [`${this.name}:${key}`, value]);
    writeFileSync(path.join(this.folder, "Pulumi.yaml"), `name: ${this.name}\nruntime: nodejs\n`);
    await this.pulumi(this.folder, ["stack", "init", STACK, "--secrets-provider", "passphrase", "--no-select"]);
    const salt = readFileSync(this.file, "utf8");
    writeFileSync(this.file, `${salt}${stringify({ config: Object.fromEntries(named) as object })}`, { mode: 0o600 });
    for (const key of ["proxmoxToken", "githubToken", "sshPrivateKey"] as const) {
      const set = ["config", "set", "--stack", STACK, "--secret", `ghrunners:${key}`];
      await this.pulumi(this.folder, set, secrets[key]);
    }
  }

  private get file(): string {
    return path.join(this.folder, `Pulumi.${STACK}.yaml`);
  }

  /** `pulumi <verb>` as a user types it, in the example's folder. */
  run(verb: string, ...args: string[]): Promise<void> {
    const usual = ["--stack", STACK, "--config-file", this.file, "--non-interactive"];
    return this.pulumi(path.join(projectRoot, "examples", this.name), [verb, ...usual, ...args]);
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }
}

describe("the examples", () => {
  let lab: Rehearsal;
  before(async () => {
    lab = await Rehearsal.open();
  });

  /** Machines and runners whose names begin with `example`, as Proxmox VE and GitHub show them. */
  async function seen(): Promise<{ machines: string[]; online: string[] }> {
    const guests = (await lab.proxmox("GET", "cluster/resources?type=vm")) as { name: string }[];
    const { data } = await lab.octokit.rest.actions.listSelfHostedRunnersForRepo({ owner, repo, per_page: 100 });
    const ours = (names: readonly string[]): string[] => names.filter((name) => name.startsWith("example-")).sort();
    return {
      machines: ours(guests.map(({ name }) => name)),
      online: ours(data.runners.filter(({ status }) => status === "online").map(({ name }) => name)),
    };
  }
  const none = { machines: [], online: [] };

  it("two-runners makes two runners online, has nothing to do the second time, and takes them away again", async () => {
    const example = new Example(lab, "two-runners");
    const both = ["example-1", "example-2"];
    try {
      await example.open({
        runners: [
          { role: "primary", name: "example-1", vmId: 181, address: "198.51.100.81" },
          { role: "secondary", name: "example-2", vmId: 182, address: "198.51.100.82" },
        ],
      });
      await example.run("up", "--yes", "--skip-preview");
      assert.deepEqual(await seen(), { machines: both, online: both });
      await example.run("preview", "--expect-no-changes");
      await example.run("destroy", "--yes", "--skip-preview", "--run-program");
      assert.deepEqual(await seen(), none);
    } finally {
      example.close();
    }
  });

  it("one-runner-with-environment makes a runner online and an environment that its reviewers guard", async () => {
    const example = new Example(lab, "one-runner-with-environment");
    const reviewer = topology.github.reviewer.login;
    const here = { owner, repo, environment_name: STACK };
    try {
      await example.open({ address: "198.51.100.90", reviewers: [reviewer] });
      await example.run("up", "--yes", "--skip-preview");
      assert.deepEqual(await seen(), { machines: ["example-runner"], online: ["example-runner"] });
      const { rest } = lab.octokit;
      const { data } = await rest.repos.getEnvironment(here);
      const rule = data.protection_rules?.find(({ type }) => type === "required_reviewers");
      const { reviewers = [] } = (rule ?? {}) as { reviewers?: { reviewer: { login: string } }[] };
      assert.deepEqual(
        reviewers.map((entry) => entry.reviewer.login),
        [reviewer],
      );
      const { data: labels } = await rest.actions.getEnvironmentVariable({ ...here, name: "RUNNER_LABELS" });
      assert.deepEqual(JSON.parse(labels.value), ["self-hosted", "linux", "x64", STACK, "primary"]);
      await example.run("preview", "--expect-no-changes");
      await example.run("destroy", "--yes", "--skip-preview", "--run-program");
      assert.deepEqual(await seen(), none);
      await assert.rejects(rest.repos.getEnvironment(here), { status: 404 });
    } finally {
      example.close();
    }
  });
});
