import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { renderCloudConfig } from "@ghrunners/lab/hosts/cloud-config";
import { hostNamed, standingHosts } from "@ghrunners/lab/hosts/hosts";
import { hostFaultNamed } from "@ghrunners/lab/hosts/faults";

describe("standing hosts", () => {
  it("cloud-config keeps every file's text and pins the host key", () => {
    const files = { "/etc/a": "line\n  indented: yes\n# end\n", "/etc/b": "" };
    const text = renderCloudConfig({
      hostname: "monitoring",
      authorizedKey: "ssh-ed25519 AAAA lab",
      hostKey: { privateKey: "-----BEGIN\nsecret\n-----END\n", publicKey: "ecdsa-sha2-nistp256 BBBB" },
      files,
      enabledUnits: ["a.service", "b.service"],
    });
    assert.match(text, /^#cloud-config\n/);
    const read = parse(text) as Record<string, unknown>;
    const written = read.write_files as { path: string; content: string }[];
    assert.deepEqual(Object.fromEntries(written.map(({ path: where, content }) => [where, content])), files);
    assert.deepEqual(read.ssh_keys, {
      ecdsa_private: "-----BEGIN\nsecret\n-----END\n",
      ecdsa_public: "ecdsa-sha2-nistp256 BBBB",
    });
    assert.deepEqual(read.runcmd, [["systemctl", "enable", "--quiet", "--now", "a.service", "b.service"]]);
  });

  it("have numbers that no VM can have, addresses of their own, and all their files", () => {
    const hosts = Object.values(standingHosts);
    assert.equal(new Set(hosts.map(({ address }) => address)).size, hosts.length);
    for (const host of hosts) {
      assert.ok(host.id < 100, `${host.name} has the number of a VM: ${host.id}`);
      for (const file of Object.values(host.files)) {
        assert.ok(existsSync(path.join("lab/hosts/files", file)), `${host.name}: lab/hosts/files/${file} is missing`);
      }
    }
  });

  it("unknown names are refused in words", () => {
    assert.throws(() => hostNamed("toString"), /no standing host "toString". Known: monitoring, app/);
    assert.throws(() => hostFaultNamed("proxmox-locked"), /Known: stop, freeze, cut-link, fill-disk/);
  });
});
