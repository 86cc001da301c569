import path from "node:path";
import { reasonForApiOnly } from "../../mode";
import { topology } from "../../topology";
import { runWorker } from "../../worker";
import type { BootInput, BootOutput } from "../inside/boot";
import { withLab, type BenchLab } from "../labs";
import type { Bench, BenchScenario } from "../scenario";
import { settingsOf } from "../settings";

const MEASURE = "boot/ssh-login";
/** A VM that belongs to no runner. */
const probe = { vmId: 190, address: "198.51.100.190" };

function inputOf({ lab, session }: BenchLab): BootInput {
  const settings = settingsOf(session);
  const { proxmox, network } = topology;
  return {
    ...probe,
    endpoint: lab.proxmoxEndpoint,
    token: lab.secrets.proxmoxToken,
    node: proxmox.node,
    template: proxmox.template.vmid,
    storage: proxmox.storage.id,
    bridge: network.bridge,
    prefixLength: network.prefixLength,
    gateway: network.gateway,
    publicKey: settings.sshPublicKey,
    keyFile: path.join(lab.instance.secrets, "ssh-key"),
  };
}

/** First boot of a fresh clone, cloud-init included: from the start request to an SSH login. */
export const boot: BenchScenario = {
  name: "boot",
  describes: "first boot of a machine, from the start request to an SSH login",
  bars: [{ measure: MEASURE, seconds: 5 }],
  async run(bench: Bench): Promise<void> {
    const reason = reasonForApiOnly();
    if (reason !== undefined) return bench.omit("boot", reason);
    await withLab(bench, "machines", async (bed) => {
      for (let round = 1; round <= bench.rounds; round += 1) {
        bench.signal.throwIfAborted();
        const { seconds } = await runWorker<BootInput, BootOutput>(
          bed.session,
          "lab/bench/inside/boot.ts",
          inputOf(bed),
          { signal: bench.signal },
        );
        bench.record({ measure: MEASURE, subject: "ghrunners", round, seconds });
        bench.say(`  round ${round}: ${MEASURE}: ${seconds.toFixed(2)} s`);
      }
    });
  },
};
