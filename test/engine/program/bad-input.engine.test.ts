import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { PUBLIC_WORDS } from "@ghrunners/core/vocabulary/safety";
import { ensureAuthority } from "@ghrunners/lab/tls";
import { registerElsewhere } from "@ghrunners/lab/driver/foreign-runner";
import type { Rehearsal } from "@ghrunners/lab/driver/rehearsal";
import type { EngineRun, StackSettings } from "@ghrunners/lab/driver/engine-run";
import { type ApiOnlyLab, apiOnlyLab } from "../cli/support/api-only-lab";
import { errorsOf, foreign, refusedUp } from "./support/refused-up";

/** An `up` with bad input ends with a clear error before anything is made. The lab has no machines here. */
describe("bad input, refused before anything is made", () => {
  let rehearsal: Rehearsal;
  let lab: ApiOnlyLab;

  before(async () => {
    lab = await apiOnlyLab("api");
    rehearsal = lab.rehearsal;
    await rehearsal.proxmox("POST", `nodes/pve-lab/qemu/9000/clone?newid=${foreign.vmId}&name=${foreign.name}&full=1`);
    const ip = encodeURIComponent(`ip=${foreign.address}/24,gw=127.0.0.1`);
    await rehearsal.proxmox("PUT", `nodes/pve-lab/qemu/${foreign.vmId}/config?ipconfig0=${ip}`);
  });

  after(() => lab.close());

  const refused = (words: readonly RegExp[], settings?: StackSettings, env?: NodeJS.ProcessEnv): Promise<EngineRun> =>
    refusedUp(rehearsal, words, settings, env);

  describe("settings", () => {
    it("all that are missing and all that are wrong are named at once, each with its command", async () => {
      const missing = ["proxmox.endpoint", "github.repository", "proxmoxToken", "runners[0].address"];
      const wrong = {
        "network.gateway": "nowhere",
        "runners[1].role": "third",
        "agent.version": "1.0.0",
        "vm.core": "2",
      };
      const run = await refused(
        [
          /The configuration of stack "lab-[a-z0-9-]+" has 8 problems/,
          ...missing.map(
            (key) => new RegExp(`ghrunners:${key.replace(/[.[\]]/g, "\\$&")} - .*\n +seen: +nothing\n +allowed: \\S`),
          ),
          /ghrunners:network\.gateway - .*\n +seen: +"nowhere"\n +allowed: an IPv4 address/,
          /ghrunners:runners\[1\]\.role - .*\n +seen: +"third"\n +allowed: primary or secondary/,
          /ghrunners:agent\.version - .*\n +seen: +"1\.0\.0"\n +allowed: a release number/,
          /ghrunners:vm\.core\b.*\n +seen: +a setting that does not exist\n(.*\n)+? +next: +pulumi config rm --stack \S+ --path 'ghrunners:vm\.core'/,
          /next: +pulumi config set --stack \S+ --secret ghrunners:proxmoxToken/,
          /next: +pulumi config set --stack \S+ --path 'ghrunners:proxmox\.endpoint' https/,
        ],
        { ...Object.fromEntries(missing.map((key) => [key, undefined])), ...wrong },
      );
      assert.equal(run.output.split("Diagnostics:")[1]?.match(/^ +next: /gm)?.length, 8);
    });

    it("a secret in plain text is refused and not shown", async () => {
      const token = "github_pat_in_plain_text";
      const run = await refused(
        [/githubToken - .*\n +seen: +a value stored in plain text\n +allowed: a value stored with --secret/],
        { githubToken: token },
      );
      assert.ok(!run.output.includes(token));
    });
  });

  describe("Proxmox VE", () => {
    it("a wrong or expired API token", async () => {
      await rehearsal.withSecret(
        "proxmoxToken",
        "pulumi@pve!ghrunners=00000000-0000-0000-0000-000000000000",
        async () => {
          const run = await refused([
            /refuses the API token \(401 .*\)\. Expected a valid .*Next: pulumi config set --stack \S+ --secret ghrunners:proxmoxToken/,
          ]);
          assert.equal(errorsOf(run), 1, "one refusal is reported once");
        },
      );
    });

    it("privileges that the token lacks, each by name", () => {
      const remove = (privilege: string, work: () => Promise<void>): Promise<void> =>
        rehearsal.withFault(["proxmox-privilege-removed", `privilege=${privilege}`], work);
      return remove("VM.Config.Cloudinit", () =>
        remove("Datastore.AllocateSpace", async () => {
          const run = await refused([
            /lacks VM\.Config\.Cloudinit on \/vms\/151, \/vms\/152 \(needed to set user, key.*Next: ghrunners setup proxmox --stack \S+ prints .*add VM\.Config\.Cloudinit to/,
            /lacks Datastore\.AllocateSpace on \/storage\/local-lvm \(needed to create disks\).*Next: ghrunners setup proxmox .*add Datastore\.Alloc/,
          ]);
          assert.equal(errorsOf(run), 2);
        }),
      );
    });

    it("a certificate of an authority that this machine does not trust", async () => {
      const folder = mkdtempSync(path.join(tmpdir(), "ghr-ca-"));
      try {
        const { certificate } = await ensureAuthority(folder, new Date());
        await refused(
          [
            /https:\/\/127\.0\.0\.1:\d+\/ shows a certificate that this machine does not trust \(\w+\)\. Expected .*Next: export NODE_EXTRA_CA_CERTS/,
            /ghrunners:github: https:\/\/127\.0\.0\.1:\d+ shows a certificate that this machine does not trust/,
          ],
          {},
          { NODE_EXTRA_CA_CERTS: certificate, SSL_CERT_FILE: certificate },
        );
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    it("nothing that answers at the endpoint", () =>
      refused(
        [/https:\/\/127\.0\.0\.1:2\/ does not answer \(ECONNREFUSED\)\. Expected the Proxmox VE API there\. Next: /],
        {
          "proxmox.endpoint": "https://127.0.0.1:2/",
        },
      ));

    it("a template that is missing", () =>
      refused(
        [
          /VMID 9999: seen no such VM, expected a template on node pve-lab.*Next: make it as docs\/how-to\/template\.md says, or pulumi config set --stack \S+ --path/,
        ],
        { "proxmox.templateId": "9999" },
      ));

    it("a VM that is no template", () =>
      refused([/VMID 777: seen other-vm, which is a VM and not a template, expected a template/], {
        "proxmox.templateId": String(foreign.vmId),
      }));

    it("a node that does not exist", () =>
      refused([/pve-other/, /expected a template on node pve-other/], { "proxmox.node": "pve-other" }));

    it("a VMID that is taken", () =>
      refused(
        [
          /VMID 777 of lab-runner is used by other-vm on node pve-lab\. Expected a free one\. Next: .*runners\[0\]\.vmId/,
        ],
        { "runners[0].vmId": String(foreign.vmId) },
      ));

    it("an address in use", () =>
      refused(
        [
          /address 127\.0\.0\.77 of lab-runner-secondary is in use by VM 777 \(other-vm\)\. Expected .*Next: .*runners\[1\]/,
        ],
        { "runners[1].address": foreign.address },
      ));

    it("not enough space", () =>
      refused(
        [/local-lvm has 1024\.0 GiB in total, expected 2000\.0 GiB for the disk of one VM\. Next: another storage, or/],
        {
          "vm.diskGiB": "2000",
        },
      ));

    it("a storage that does not exist", () =>
      refused([/ghrunners:proxmox\.storage: .*'tank' does not exist.*Next: /], { "proxmox.storage": "tank" }));
  });

  describe("GitHub", () => {
    it("401: a wrong or expired token", async () => {
      await rehearsal.withSecret("githubToken", "github_pat_of_nobody_at_all", async () => {
        const run = await refused([
          /refused to read the repository \(octo-org\/demo-app\): 401.*Expected .*Next: pulumi config set --stack \S+ --secret ghrunners:githubToken/,
        ]);
        assert.equal(errorsOf(run), 1, "one refusal is reported once");
      });
    });

    for (const [permission, wanted] of [
      ["administration", /mint a registration token.*: 403.*Expected a token with administration=write/],
      ["actions", /read the workflow runner-smoke\.yml.*: 403.*Expected a token with actions=read/],
    ] as const) {
      it(`403: a token without the permission ${permission}`, () =>
        rehearsal.withFault(["github-permission-removed", `permission=${permission}`], async () => {
          await refused([wanted, /Next: add that permission to the token/]);
        }));
    }

    it("404: a repository that does not exist", () =>
      refused(
        [/\(octo-org\/nowhere\): 404\. Expected an existing repository.*Next: check ghrunners:github\.repository/],
        {
          "github.repository": "octo-org/nowhere",
        },
      ));

    it("the rate limit is used up for long", () =>
      rehearsal.withFault(["github-rate-limited", "seconds=3600"], async () => {
        const run = await refused([
          /the rate limit of ghrunners:githubToken: seen 0 of 5000 requests left until \d{4}-\d\d-\d\dT\S+, expected at least 100\./,
        ]);
        const end = /left until (\S+),/.exec(run.output)?.[1] ?? "";
        const minutes = (Date.parse(end) - Date.now()) / 60_000;
        assert.ok(minutes > 50 && minutes <= 61, `the end is ${minutes} minutes away`);
      }));

    it("a runner of that name that is online", async () => {
      const alive = await registerElsewhere(rehearsal, "lab-runner");
      const before = await rehearsal.runner("lab-runner");
      assert.equal(before?.status, "online");
      const pulse = setInterval(() => void alive().catch(() => undefined), 1_000);
      try {
        await refused([
          new RegExp(
            `a runner named lab-runner \\(id ${before.id}\\) is online at GitHub already\\. Expected .*Next: remove`,
          ),
        ]);
        assert.deepEqual(await rehearsal.runner("lab-runner"), before);
      } finally {
        clearInterval(pulse);
        const runner = { ...rehearsal.repository, runner_id: before.id };
        await rehearsal.octokit.rest.actions.deleteSelfHostedRunnerFromRepo(runner);
      }
    });

    it("a public repository", () =>
      rehearsal.withFault(["github-repository-public"], async () => {
        await refused([
          /octo-org\/demo-app is public: anyone could.*Expected a private repository\. Next: fix it, or allow it in words: pulumi config set --stack \S+ --path/,
          new RegExp(`allowPublicRepository' '${PUBLIC_WORDS}'`),
        ]);
      }));

    it("a repository without the smoke workflow", () =>
      refused(
        [
          /has no workflow absent\.yml \(404\)\. Expected \.github\/workflows\/absent\.yml on the default branch\. Next: commit/,
        ],
        { "smoke.workflow": "absent.yml" },
      ));
  });

  describe("all together", () => {
    it("reports all problems of Proxmox VE and GitHub at once", async () => {
      const run = await refused(
        [/is used by other-vm/, /is in use by VM 777/, /GiB in total/, /no workflow absent\.yml/],
        {
          "runners[0].vmId": String(foreign.vmId),
          "runners[1].address": foreign.address,
          "vm.diskGiB": "2000",
          "smoke.workflow": "absent.yml",
        },
      );
      assert.equal(errorsOf(run), 4);
    });

    it("a preview refuses as an up does", async () => {
      const run = await rehearsal.pulumi(["preview"], { "proxmox.templateId": "9999" });
      assert.notEqual(run.code, 0);
      assert.match(run.output, /VMID 9999: seen no such VM/);
    });

    it("after all of that the same lab takes good input", async () => {
      const run = await rehearsal.up();
      assert.equal(run.code, 0, run.output);
      const vms = (await rehearsal.proxmox("GET", "cluster/resources?type=vm")) as { vmid: number }[];
      assert.deepEqual(vms.map(({ vmid }) => vmid).sort(), [151, 152, foreign.vmId, 9000]);
    });
  });
});
