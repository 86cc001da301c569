import assert from "node:assert/strict";
import { parse } from "yaml";
import { encodeSshKeys } from "@ghrunners/lab/proxmox/values";
import { hostNames, metaData, networkConfig, userData } from "@ghrunners/lab/proxmox/vm/cloud-init";

const config = {
  name: "runner-1",
  ciuser: "runner",
  ciupgrade: "0",
  searchdomain: "example.org",
  nameserver: "198.51.100.1 198.51.100.2",
  sshkeys: encodeSshKeys(["ssh-ed25519 AAAA one", "ssh-ed25519 BBBB two"]),
  net0: "virtio=BC:24:11:00:00:01,bridge=vmbr0",
  ipconfig0: "gw=198.51.100.1,ip=198.51.100.51/20",
};

describe("cloud-init drive", () => {
  it("has the user data that Proxmox VE writes", () => {
    assert.deepEqual(parse(userData(151, config)), {
      hostname: "runner-1",
      manage_etc_hosts: true,
      fqdn: "runner-1.example.org",
      user: "runner",
      ssh_authorized_keys: ["ssh-ed25519 AAAA one", "ssh-ed25519 BBBB two"],
      chpasswd: { expire: false },
      users: ["default"],
    });
    const standard = parse(userData(151, {})) as Record<string, unknown>;
    assert.deepEqual([standard.hostname, standard.package_upgrade], ["VM151", true]);
  });

  it("has the network data that Proxmox VE writes", () => {
    assert.deepEqual(parse(networkConfig(config)), {
      version: 1,
      config: [
        {
          type: "physical",
          name: "eth0",
          mac_address: "bc:24:11:00:00:01",
          subnets: [{ type: "static", address: "198.51.100.51", netmask: "255.255.240.0", gateway: "198.51.100.1" }],
        },
        { type: "nameserver", address: ["198.51.100.1", "198.51.100.2"], search: ["example.org"] },
      ],
    });
  });

  it("is a new instance after any change, and only then", () => {
    const id = (changes: object): string =>
      metaData(userData(1, { ...config, ...changes }), networkConfig({ ...config, ...changes }));
    assert.equal(id({}), id({}));
    assert.notEqual(id({}), id({ ciuser: "other" }));
    assert.notEqual(id({}), id({ ipconfig0: "ip=198.51.100.52/24" }));
    assert.equal(id({}), id({ memory: "2048" }));
  });

  it("is a new instance after an upgrade that writes the full name where it is the host name", () => {
    const { searchdomain, ...without } = config;
    assert.ok(searchdomain);
    const [older, newer] = [false, true].map((isUpgraded) => userData(1, without, isUpgraded));
    assert.equal(newer, older?.replace("manage_etc_hosts: true\n", "manage_etc_hosts: true\nfqdn: runner-1\n"));
    assert.notEqual(metaData(newer ?? "", ""), metaData(older ?? "", ""));
    assert.equal(userData(1, config, true), userData(1, config), "a VM with a search domain has had one before");
  });

  it("takes a full name apart", () => {
    assert.deepEqual(hostNames(1, { name: "a.b.c", searchdomain: "x" }), { hostname: "a", fqdn: "a.b.c" });
    assert.deepEqual(hostNames(1, { name: "a" }), { hostname: "a" });
  });
});
