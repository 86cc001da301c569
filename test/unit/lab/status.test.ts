import assert from "node:assert/strict";
import { loopbackPorts } from "@ghrunners/lab/forwards";
import { instanceNamed } from "@ghrunners/lab/instance";
import { type LabStatus, labStatusLines } from "@ghrunners/lab/status";

const names = ["proxmox", "github", "forward-proxmox", "forward-github", "forward-prometheus", "forward-alertmanager"];

/** What is printed below the services of a lab in which these run. */
function addresses(instance: string, mode: LabStatus["mode"], running: readonly string[]): string[] {
  const services = names.map((name) => ({ name, running: running.includes(name), log: "" }));
  const ports = loopbackPorts(instanceNamed(instance, { cache: "/c", state: "/s" }));
  const lines = labStatusLines({ instance, mode, state: "/s", services, hosts: [] }, ports);
  return lines.slice(1 + names.length);
}

describe("npm run lab -- status", () => {
  it("gives the addresses of what is published on the host, and of nothing else", () => {
    assert.deepEqual(addresses("lab", "machines", names), [
      "Proxmox VE https://127.0.0.1:18006/",
      "GitHub https://127.0.0.1:18443/",
      "Prometheus http://127.0.0.1:19090/",
      "Alertmanager http://127.0.0.1:19093/",
    ]);
    assert.deepEqual(addresses("lab", "machines", ["proxmox", "github", "forward-github"]), [
      "GitHub https://127.0.0.1:18443/",
    ]);
  });

  it("gives none for another lab with machines, whose APIs only the lab itself reaches", () => {
    assert.deepEqual(addresses("other", "machines", ["proxmox", "github"]), [
      'No address on this host: only the lab named "lab" has them. Next: npm run lab -- shell',
    ]);
    assert.deepEqual(addresses("lab", "machines", ["proxmox"]), [
      "No address on this host: nothing listens. Next: npm run lab -- up",
    ]);
  });

  it("gives those of the APIs themselves in a lab without machines, whatever its name", () => {
    const seen = addresses("other", "api-only", ["proxmox", "github"]);
    assert.deepEqual(
      seen.map((line) => line.replace(/\d+\/$/, "")),
      ["Proxmox VE https://127.0.0.1:", "GitHub https://127.0.0.1:"],
    );
  });

  it("gives none where there is no lab", () => {
    assert.deepEqual(addresses("lab", "down", []), []);
  });
});
