import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { blankSeeds, emptyHost, OTHER_TEMPLATE } from "@ghrunners/lab/blank";
import { answersOf } from "@ghrunners/lab/first-day/answers";
import { parseSeed as parseGithub } from "@ghrunners/lab/github/seed";
import { standingHosts } from "@ghrunners/lab/hosts/hosts";
import { type RepositoryOwner, repositoryOwners } from "@ghrunners/lab/owner";
import { parseSeed as parseProxmox } from "@ghrunners/lab/proxmox/seed";
import { instanceNamed } from "@ghrunners/lab/instance";
import { ensureSecrets, type LabSecrets } from "@ghrunners/lab/secrets";
import { githubSeed, proxmoxSeed } from "@ghrunners/lab/seeds";

describe("a blank lab", () => {
  let folder: string;
  let secrets: LabSecrets;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "ghr-blank-"));
    secrets = ensureSecrets(instanceNamed("blank", { cache: folder, state: folder }));
  });
  after(() => rmSync(folder, { recursive: true }));

  const seeds = (owner: RepositoryOwner) => {
    const folders = ["/workflows", folder, "/distributions", "/programs"] as const;
    const github = githubSeed(secrets, "https://198.51.100.2", ...folders);
    return blankSeeds({ proxmox: proxmoxSeed(secrets), github }, owner, folder);
  };

  for (const owner of repositoryOwners)
    it(`of a repository of: ${owner}, has no token at Proxmox VE and no workflow`, () => {
      const { proxmox, github } = seeds(owner);
      assert.deepEqual(parseProxmox(JSON.stringify(proxmox), "seed").tokens, []);
      const { workflowsDir, tokens } = parseGithub(github);
      assert.deepEqual(readdirSync(workflowsDir), []);
      assert.ok(tokens.length > 0);
    });

  it("has a template on each node that an organization's answers name", () => {
    const { otherNodes, otherTemplates, template } = seeds("organization").proxmox;
    const place = { mode: "machines", proxmoxEndpoint: "https://p:8006/", githubUrl: "https://g" } as const;
    const { proxmox, runners } = answersOf("organization", place) as {
      proxmox: { node: string; templateId: number; templates: Record<string, number> };
      runners: { node?: string }[];
    };
    assert.equal(proxmox.templateId, template.vmid);
    assert.deepEqual(proxmox.templates, { [otherNodes?.[0] ?? ""]: OTHER_TEMPLATE });
    assert.deepEqual(
      otherTemplates?.map(({ vmid, node }) => [vmid, node]),
      [[OTHER_TEMPLATE, runners[1]?.node]],
    );
  });

  it("has a monitoring host with on-call alone", () => {
    const { files, enabledUnits, template } = emptyHost(standingHosts.monitoring);
    assert.deepEqual(enabledUnits, ["oncall-receiver.service"]);
    assert.ok(!template.packages.includes("prometheus"));
    assert.ok(Object.keys(files).every((file) => !file.includes("prometheus")));
  });
});
