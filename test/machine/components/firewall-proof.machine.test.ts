import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import { renderFirewall } from "@ghrunners/lab/proxmox/firewall/render";
import { MachineRig } from "../../unit/lab/machines/rig";

const script = readFileSync(path.join(projectRoot, "components", "scripts", "prove-firewall.sh"), "utf8");
const host = 181;

/** The proof as the program makes it after the first contact, against a real packet filter and none. */
describe("the proof of a VM's firewall", function () {
  this.timeout(120_000);
  const rig = new MachineRig("fwtest");

  before(async () => {
    await rig.up();
    await rig.backend.start(host, rig.settings(host));
    await rig.sshComesUp(host);
  });
  after(() => rig.down());

  function prove(limitSeconds: number): { status: number | null; stdout: string; stderr: string } {
    const input = renderScript(script, {
      HOST: rig.address(host),
      PORT: "59999",
      LIMIT_SECONDS: String(limitSeconds),
      MACHINE: "00:00:00:00:00:01",
    });
    return spawnSync("nsenter", [`--net=${rig.instance.netns}`, "bash", "-s"], { encoding: "utf8", input });
  }
  const rules = renderFirewall(
    {
      options: { enable: "1", policy_in: "DROP", policy_out: "DROP" },
      rules: [{ type: "in", action: "ACCEPT", proto: "tcp", dport: "22", source: "198.51.100.0/24", enable: "1" }],
    },
    "",
  );

  it("fails where the rules have no effect, and says what that means and what to do", () => {
    const { status, stderr } = prove(2);
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^198\.51\.100\.81 answered a connection to port 59999, which no rule of its firewall opens: /,
    );
    assert.match(stderr, /Next: on the node pvesh set \/cluster\/firewall\/options --enable 1/);
  });

  it("passes where they have one, and SSH goes on", async () => {
    await rig.backend.setFirewall(host, rules);
    const { status, stdout, stderr } = prove(20);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^nothing came back from port 59999/);
    assert.equal(await rig.ssh(host, "hostname"), "machine-181");
  });
});
