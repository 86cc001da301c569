import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { InitReport } from "@ghrunners/cli/init/report";
import { projectRoot } from "@ghrunners/core/project-root";
import { apiOnlyLab, type ApiOnlyLab } from "../support/api-only-lab";

const stack = "lab-from-environment";

describe("ghrunners init with its answers in the environment", function () {
  this.timeout(300_000);
  let lab: ApiOnlyLab;
  let folder: string;
  let env: NodeJS.ProcessEnv;

  before(async () => {
    lab = await apiOnlyLab("initenv");
    folder = mkdtempSync(path.join(tmpdir(), "ghr-init-"));
    const { secrets, proxmoxEndpoint, githubUrl } = lab.rehearsal.lab;
    for (const key of ["proxmoxToken", "githubToken", "sshPrivateKey"] as const)
      writeFileSync(path.join(folder, key), secrets[key], { mode: 0o600 });
    env = {
      ...lab.rehearsal.session.env,
      GHRUNNERS_INIT_PROXMOX_ENDPOINT: proxmoxEndpoint,
      GHRUNNERS_INIT_PROXMOX_TOKEN_FILE: path.join(folder, "proxmoxToken"),
      GHRUNNERS_INIT_GITHUB_URL: githubUrl,
      GHRUNNERS_INIT_GITHUB_REPOSITORY: "octo-org/demo-app",
      GHRUNNERS_INIT_GITHUB_TOKEN_FILE: path.join(folder, "githubToken"),
      GHRUNNERS_INIT_SSH_PRIVATE_KEY_FILE: path.join(folder, "sshPrivateKey"),
      GHRUNNERS_INIT_NETWORK_GATEWAY: "198.51.100.1",
      GHRUNNERS_INIT_NETWORK_ADMIN_CIDR: "198.51.100.0/24",
      GHRUNNERS_INIT_RUNNERS: "[{ role: primary, name: init-runner, vmId: 183, address: 198.51.100.83 }]",
      // Without machines, an address of the lab may be one of somebody else.
      GHRUNNERS_INIT_HOSTS: "skip",
      GHRUNNERS_INIT_VM_DISK_GIB: "4",
      GHRUNNERS_INIT_DEPLOYMENT_REVIEWERS: "[release-reviewer]",
      GHRUNNERS_INIT_DEPLOYMENT_BRANCHES_0: "main",
    };
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await lab.close();
  });

  const look = (changes: NodeJS.ProcessEnv = {}) =>
    lab.rehearsal.run(["ghrunners", "init", "--stack", stack, "--check", "--json"], { env: { ...env, ...changes } });

  it("looks at the real systems with them, and finds no answer missing", async () => {
    const { stdout, all } = await look();
    const { findings, result } = JSON.parse(stdout) as InitReport;
    assert.equal(result, "checked");
    const refused = findings.filter(({ isRefusal }) => isRefusal);
    assert.deepEqual(refused, [], all);
    const { stdout: without } = await look({ GHRUNNERS_INIT_NETWORK_GATEWAY: "" });
    const missing = (JSON.parse(without) as InitReport).findings.filter(({ isRefusal }) => isRefusal);
    assert.deepEqual(
      missing.map(({ setting }) => setting),
      ["network.gateway"],
    );
  });

  it("refuses a secret there with its variable's name, and does not repeat it", async () => {
    const { code, all } = await look({ GHRUNNERS_INIT_GITHUB_TOKEN: "github_pat_planted" });
    assert.equal(code, 2, all);
    assert.match(all, /Expected the name of its file in GHRUNNERS_INIT_GITHUB_TOKEN_FILE/);
    assert.doesNotMatch(all, /planted/);
    assert.ok(!existsSync(path.join(projectRoot, `Pulumi.${stack}.yaml`)));
  });
});
