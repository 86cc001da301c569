import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import { until } from "@ghrunners/core/until";
import { MachineRig } from "../../unit/lab/machines/rig";

const script = readFileSync(path.join(projectRoot, "components", "scripts", "packages.sh"), "utf8");
const [kept, bare] = [191, 192];

/** An upgrade of Proxmox VE that writes the cloud-init drive otherwise makes another instance of every machine. */
describe("host keys of a machine that becomes another instance", function () {
  this.timeout(240_000);
  const rig = new MachineRig("keytest");

  before(async () => {
    await rig.up();
    await Promise.all([kept, bare].map((vmid) => rig.backend.start(vmid, rig.settings(vmid))));
    await Promise.all([kept, bare].map((vmid) => rig.sshComesUp(vmid)));
  });
  after(() => rig.down());

  const keyOf = (vmid: number): string => rig.exec(vmid, "cat", "/etc/ssh/ssh_host_ecdsa_key.pub");

  async function becomesAnother(vmid: number): Promise<void> {
    await rig.backend.stop(vmid);
    const { seed } = rig.settings(vmid);
    await rig.backend.start(
      vmid,
      rig.settings(vmid, { seed: { ...seed, metaData: `instance-id: upgraded-${vmid}\n` } }),
    );
    await until("cloud-init is done with the new instance", 60_000, () =>
      rig
        .exec(
          vmid,
          "sh",
          "-c",
          `readlink -f /var/lib/cloud/instance; cloud-init status --wait >/dev/null 2>&1; ls /etc/ssh/ssh_host_ecdsa_key`,
        )
        .includes(`upgraded-${vmid}`),
    );
    await rig.sshComesUp(vmid);
  }

  it("change without the program, as everywhere", async () => {
    const before = keyOf(bare);
    await becomesAnother(bare);
    assert.notEqual(keyOf(bare), before);
  });

  it("stay in the state of the program whose first step set them", async () => {
    const input = renderScript(script, { MACHINE: "1", PACKAGES: "curl", KEEPS_STILL: "true", LIMIT_SECONDS: "60" });
    const done = rig.script(kept, input, "install");
    assert.equal(done.code, 0, done.stderr);
    const before = keyOf(kept);
    await becomesAnother(kept);
    assert.equal(keyOf(kept), before);
  });
});
