import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { primary, Rehearsal, secondary } from "@ghrunners/lab/driver/rehearsal";
import type { EngineRun, StackSettings } from "@ghrunners/lab/driver/engine-run";

/** Another version, so that the agent is installed anew. */
const older = { "agent.version": "2.335.1" };

/**
 * Bad input that shows only on a machine. What was there before goes on as it was, and the primary is never touched.
 */
describe("bad input on the machines", () => {
  let rehearsal: Rehearsal;
  let baseline: { secondary: Machine; primary: Seen; vms: unknown };
  before(async () => {
    rehearsal = await Rehearsal.ready();
  });
  beforeEach(async () => {
    baseline = { secondary: await machine(secondary.vmId), primary: await seen(primary.name), vms: await vms() };
  });

  type Seen = Awaited<ReturnType<Rehearsal["runner"]>>;
  /** What the program puts on a machine, and whether it is in use. */
  type Machine = { readonly files: string; readonly units: string; readonly version: string };

  const seen = (name: string): Promise<Seen> => rehearsal.runner(name);
  const vms = (): Promise<unknown> => rehearsal.proxmox("GET", "cluster/resources?type=vm").then(summary);
  const summary = (list: unknown): unknown =>
    (list as { vmid: number; name: string; status: string }[]).map(({ vmid, name, status }) => [vmid, name, status]);

  async function machine(vmId: number): Promise<Machine> {
    const run = (script: string): Promise<string> => rehearsal.inMachine(vmId, "sh", "-c", script);
    return {
      files: await run(
        "find /var/lib/ghrunners /opt/actions-runner /etc/ghrunners /usr/local/lib/ghrunners -maxdepth 1 -not -name _diag | sort",
      ),
      units: await run("cd /etc/systemd/system && find . -path '*actions.runner*' | sort"),
      version: await run("runuser -u actions-runner -- /opt/actions-runner/bin/Runner.Listener --version | tail -n 1"),
    };
  }

  /** Runs `up`, which must fail with all of these words and leave the primary alone. */
  async function fails(words: readonly RegExp[], settings: StackSettings = {}): Promise<EngineRun> {
    const [github, proxmox] = [await rehearsal.mark("github"), await rehearsal.mark("proxmox")];
    const run = await rehearsal.up(settings);
    assert.notEqual(run.code, 0, `the bad input was taken:\n${run.output}`);
    for (const pattern of words) assert.match(run.output, pattern);
    const kinds = (await rehearsal.events("proxmox", proxmox)).map(({ kind }) => kind);
    assert.deepEqual(
      kinds.filter((kind) => !kind.startsWith("fault.")),
      [],
      "something was written at Proxmox VE",
    );
    const touched = (await rehearsal.events("github", github)).filter(({ name }) => name === primary.name);
    assert.deepEqual(touched, [], "the primary was touched");
    assert.deepEqual(await seen(primary.name), baseline.primary);
    assert.deepEqual(await vms(), baseline.vms);
    return run;
  }

  /** The secondary works as before: online, with its labels, the same files, units and version. */
  async function secondaryIsAsBefore(): Promise<void> {
    assert.deepEqual(await machine(secondary.vmId), baseline.secondary);
    await rehearsal.online(secondary.name);
    assert.ok((await seen(secondary.name))?.labels.includes("secondary"), "the labels did not come back");
  }

  async function heals(...args: string[]): Promise<void> {
    const run = await rehearsal.up({}, ...args);
    assert.equal(run.code, 0, run.output);
    assert.deepEqual((await rehearsal.status()).problems, []);
    assert.deepEqual(await machine(secondary.vmId), baseline.secondary);
  }

  /** Takes the secondary's registration away at GitHub, and lets Pulumi know. */
  async function unregister(): Promise<void> {
    const { id } = (await seen(secondary.name))!;
    const { repository: where } = rehearsal;
    await rehearsal.octokit.rest.actions.deleteSelfHostedRunnerFromRepo({ ...where, runner_id: id });
    const run = await rehearsal.pulumi(["refresh"]);
    assert.equal(run.code, 0, run.output);
  }

  /** The archive of the configured version, as GitHub offers it. */
  async function offered(): Promise<{ url: string; sha256: string }> {
    const { data } = await rehearsal.octokit.rest.actions.listRunnerApplicationsForRepo(rehearsal.repository);
    const file = data.find(({ os, architecture }) => os === "linux" && architecture === "x64");
    assert.ok(file?.sha256_checksum);
    return { url: file.download_url, sha256: file.sha256_checksum };
  }

  it("an archive with another SHA-256 is not installed", async () => {
    const { url, sha256 } = await offered();
    const expected = createHash("sha256").update("another archive").digest("hex");
    await fails(
      [
        new RegExp(`SHA-256 mismatch of \\S+: seen ${sha256}, expected ${expected}\\. Nothing was installed`),
        /Next: check ghrunners:agent\.sha256/,
      ],
      { ...older, "agent.downloadUrl": url, "agent.sha256": expected },
    );
    await secondaryIsAsBefore();
  });

  it("an archive of another version is not installed", async () => {
    const { url, sha256 } = await offered();
    await fails(
      [/The archive contains the runner version '\S+', expected 2\.335\.1\. Next: set ghrunners:agent\.version to/],
      {
        ...older,
        "agent.downloadUrl": url,
        "agent.sha256": sha256,
      },
    );
    await secondaryIsAsBefore();
  });

  it("an archive that cannot be downloaded", async () => {
    await fails([/The download of https:\/\/198\.51\.100\.2\/nothing failed\. Expected .*Next: /s], {
      ...older,
      "agent.downloadUrl": "https://198.51.100.2/nothing",
      "agent.sha256": "ab".repeat(32),
    });
    await secondaryIsAsBefore();
  });

  it("a full disk: nothing is unpacked, and the next up goes on", async () => {
    await rehearsal.withFault(["fill-disk", "secondary"], async () => {
      await fails(
        [/\/opt\/actions-runner has \d+ MiB free\. Expected more than \d+ MiB .*Next: free space on the disk/s],
        older,
      );
    });
    await secondaryIsAsBefore();
  });

  it("a registration token that has expired: no runner, no file, no unit", async () => {
    await unregister();
    await rehearsal.withFault(["github-registration-token-expired"], async () => {
      await fails([
        /404 \(Not Found\).*GitHub answers 404 to the registration of lab-runner-secondary at \S+: .*Expected: .*Next: /s,
      ]);
      assert.equal(await seen(secondary.name), undefined);
      const { files, units } = await machine(secondary.vmId);
      assert.doesNotMatch(files, /\/\.(runner|credentials|credentials_rsaparams|service)$/m);
      assert.doesNotMatch(units, /\.service$/m);
    });
    await heals();
  });

  it("a host that SSH does not reach", async () => {
    await unregister();
    await rehearsal.withFault(["cut-link", "secondary"], async () => {
      await fails([
        /198\.51\.100\.52 does not answer on port 22 \(.*\)\. Expected a running VM whose firewall.*Next: look/s,
      ]);
      assert.equal(await seen(secondary.name), undefined);
    });
    await heals();
  });

  it("a host whose key has changed gets nothing, until the change is confirmed", async () => {
    const mark = await rehearsal.mark("github");
    await unregister();
    await rehearsal.inMachine(
      secondary.vmId,
      "sh",
      "-c",
      "rm /etc/ssh/ssh_host_*; ssh-keygen -A; systemctl restart ssh",
    );
    await fails([/SSH host key of 198\.51\.100\.52 has changed: seen \S+, expected the key pinned at first contact/]);
    assert.equal(await seen(secondary.name), undefined);
    const issued = (await rehearsal.events("github", mark)).filter(({ kind }) => kind === "runner-token.issued");
    assert.deepEqual(issued, [], "a registration token was minted for a host that is not known");
    await heals("--replace", "**runners-secondary-vm-host-key");
  });
});
