import assert from "node:assert/strict";
import * as fc from "fast-check";
import { parseProperties, printProperties, readProperties } from "@ghrunners/lab/proxmox/property-string";
import {
  decodeSshKeys,
  encodeSshKeys,
  isCidr,
  isDnsName,
  normalizeTags,
  parseSize,
  parseUpid,
  printSize,
  printUpid,
} from "@ghrunners/lab/proxmox/values";
import { driveFormat, ipconfigFormat, netFormat, nicModels } from "@ghrunners/lab/proxmox/vm/formats";

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const mac = fc
  .array(fc.integer({ min: 0, max: 255 }), { minLength: 3, maxLength: 3 })
  .map((bytes) => `BC:24:11:${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(":")}`.toUpperCase());

describe("property strings", () => {
  const nic = fc.record(
    {
      model: fc.constantFrom(...nicModels),
      macaddr: mac,
      bridge: word,
      firewall: fc.constantFrom("0", "1"),
      tag: fc.integer({ min: 1, max: 4094 }).map(String),
    },
    { requiredKeys: ["model"], noNullPrototype: true },
  );

  it("read what they printed", () => {
    fc.assert(
      fc.property(nic, (properties) =>
        assert.deepEqual(readProperties(netFormat, printProperties(netFormat, properties)), properties),
      ),
    );
  });

  it("do not depend on the order of their parts", () => {
    fc.assert(
      fc.property(nic, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (properties, chance) => {
        const parts = Object.entries(properties).map(([key, value]) => `${key}=${value}`);
        const shuffled = parts
          .map((part) => [chance.next().value, part] as const)
          .sort(([one], [other]) => one - other);
        const printed = printProperties(
          netFormat,
          readProperties(netFormat, shuffled.map(([, part]) => part).join(",")),
        );
        assert.equal(printed, printProperties(netFormat, properties));
      }),
    );
  });

  it("are printed as Proxmox VE prints them", () => {
    const print = (text: string): string => printProperties(netFormat, readProperties(netFormat, text));
    assert.equal(
      print("model=virtio,macaddr=BC:24:11:00:00:01,firewall=1,bridge=vmbr0"),
      "virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=1",
    );
    const drive = readProperties(driveFormat, "file=local-lvm:cloudinit,");
    assert.deepEqual(drive, { file: "local-lvm:cloudinit" });
    assert.equal(
      printProperties(driveFormat, { ...drive, size: "4M", media: "cdrom" }),
      "local-lvm:cloudinit,media=cdrom,size=4M",
    );
  });

  it("say what is wrong", () => {
    const problem = (text: string): string => {
      const parsed = parseProperties(ipconfigFormat, text);
      return "problem" in parsed ? parsed.problem : "";
    };
    assert.match(
      problem("ip=198.51.100.5"),
      /^format error\nip: invalid format - value does not look like a valid CIDR network/,
    );
    assert.match(problem("foo=1"), /foo: property is not defined in schema/);
    assert.match(problem("ip=dhcp,ip=dhcp"), /duplicate key in comma-separated list property: ip/);
    assert.match(problem("dhcp"), /value without key/);
    assert.match(
      (parseProperties(netFormat, "bridge=vmbr0") as { problem: string }).problem,
      /model: property is missing/,
    );
  });
});

describe("sizes", () => {
  it("read what they printed", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 44 }), (bytes) => assert.equal(parseSize(printSize(bytes)), bytes)),
    );
  });

  it("are printed in the largest whole unit", () => {
    assert.equal(printSize(20 * 2 ** 30), "20G");
    assert.equal(printSize(4 * 2 ** 20), "4M");
    assert.equal(printSize(2 ** 30 + 512), `${2 ** 30 + 512}`);
    assert.equal(parseSize("1.5G"), 1.5 * 2 ** 30);
    assert.equal(parseSize("-1G"), undefined);
  });
});

describe("tags", () => {
  it("are lower-cased, sorted, without duplicates, whatever the separator", () => {
    assert.equal(normalizeTags("managed, Runner;managed b"), "b;managed;runner");
    assert.equal(normalizeTags("a!b"), undefined);
  });

  it("stay as they are when normalised again", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9_\-+.]{0,8}$/)), (tags) => {
        const once = normalizeTags(tags.join(";"));
        assert.notEqual(once, undefined);
        assert.equal(normalizeTags(once as string), once);
      }),
    );
  });
});

describe("SSH keys", () => {
  it("survive their encoding, which fits the option's pattern", () => {
    const line = fc.stringMatching(/^ssh-ed25519 [A-Za-z0-9+/]{20,40}={0,2} [ -~]{0,20}[!-~]$/);
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 3 }), (keys) => {
        const encoded = encodeSshKeys(keys);
        assert.match(encoded, /^[-%a-zA-Z0-9_.!~*'()]*$/);
        assert.deepEqual(
          decodeSshKeys(encoded),
          keys.map((key) => key.trim()),
        );
      }),
    );
  });

  it("are refused when the encoding is broken", () => assert.equal(decodeSshKeys("ssh%zz"), undefined));
});

describe("UPID", () => {
  const number = fc.integer({ min: 0, max: 0xffffffff });
  const parts = fc.record(
    {
      node: fc.constantFrom("pve", "pve-lab"),
      pid: number,
      processStart: number,
      startTime: number,
      type: fc.constantFrom("qmclone", "qmstart"),
      id: fc.constantFrom("101", ""),
      user: fc.constantFrom("root@pam", "pulumi@pve!ghrunners"),
    },
    { noNullPrototype: true },
  );

  it("reads what it printed", () => {
    fc.assert(fc.property(parts, (upid) => assert.deepEqual(parseUpid(printUpid(upid)), upid)));
  });

  it("has the form of Proxmox VE", () => {
    const upid = {
      node: "pve",
      pid: 4660,
      processStart: 1,
      startTime: 1700000000,
      type: "qmstart",
      id: "101",
      user: "root@pam",
    };
    assert.equal(printUpid(upid), "UPID:pve:00001234:00000001:6553F100:qmstart:101:root@pam:");
    assert.equal(parseUpid("UPID:pve:1234"), undefined);
  });
});

describe("addresses and names", () => {
  it("are checked", () => {
    assert.ok(isCidr("198.51.100.5/24") && isCidr("2001:db8::1/64"));
    assert.ok(!isCidr("198.51.100.5") && !isCidr("198.51.100.5/33") && !isCidr("198.51.100.5/24/1"));
    assert.ok(isDnsName("runner-1.example.org") && !isDnsName("-x") && !isDnsName("a_b"));
  });
});
