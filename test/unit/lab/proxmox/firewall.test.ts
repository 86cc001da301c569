import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { VmFirewall } from "@ghrunners/lab/proxmox/model";
import { renderSourceFilter } from "@ghrunners/lab/proxmox/firewall/source-filter";
import { renderFirewall, renderRule } from "@ghrunners/lab/proxmox/firewall/render";

const mac = "BC:24:11:00:0A:01";
const accept = { type: "in", action: "ACCEPT", enable: "1" };

describe("firewall rules as nft", () => {
  it("match protocol, ports and addresses", () => {
    assert.deepEqual(renderRule({ ...accept, proto: "tcp", dport: "22,8000:8010", source: "198.51.100.1" }), [
      "ip saddr 198.51.100.1 tcp dport { 22, 8000-8010 } accept",
    ]);
    assert.deepEqual(renderRule({ ...accept, action: "REJECT" }), ["reject"]);
    assert.deepEqual(renderRule({ ...accept, proto: "udp" }), ["meta l4proto udp accept"]);
    assert.deepEqual(renderRule({ ...accept, proto: "icmp", "icmp-type": "echo-request" }), [
      "icmp type echo-request accept",
    ]);
  });

  it("expand macros", () => {
    assert.deepEqual(renderRule({ ...accept, macro: "DNS", dest: "198.51.100.1" }), [
      "ip daddr 198.51.100.1 udp dport 53 accept",
      "ip daddr 198.51.100.1 tcp dport 53 accept",
    ]);
  });

  it("part the address families, and drop pairs that cannot meet", () => {
    assert.deepEqual(renderRule({ ...accept, source: "198.51.100.0/24,2001:db8::/32" }), [
      "ip saddr 198.51.100.0/24 accept",
      "ip6 saddr 2001:db8::/32 accept",
    ]);
    assert.deepEqual(renderRule({ ...accept, source: "198.51.100.1", dest: "2001:db8::1" }), []);
  });

  it("are left out when they are off, or for another NIC", () => {
    assert.deepEqual(renderRule({ ...accept, enable: "0" }), []);
    assert.deepEqual(renderRule({ type: "in", action: "ACCEPT" }), []);
    assert.deepEqual(renderRule({ ...accept, iface: "net1" }), []);
  });

  it("keep their order and their direction; what nothing takes meets the policy", () => {
    const text = renderFirewall(
      {
        options: { enable: "1", policy_out: "REJECT" },
        rules: [
          { ...accept, proto: "tcp", dport: "22" },
          { ...accept, action: "DROP" },
          { ...accept, type: "out", proto: "tcp", dport: "443" },
        ],
      },
      mac,
    );
    const [input = "", output = ""] = text.split("chain output");
    assert.ok(input.includes("policy drop") && input.indexOf("dport 22") < input.indexOf("\n    drop\n"));
    assert.ok(!input.includes("443") && output.includes("tcp dport 443 accept"));
    assert.ok(output.indexOf("443") < output.indexOf("\n    reject\n"));
  });

  it("let a machine send from the addresses of its set alone, and answer ARP for no other", () => {
    const lines = (firewall: Omit<VmFirewall, "rules">): string[] => {
      const { packets, arp } = renderSourceFilter({ rules: [], ...firewall }, mac);
      return [...packets, ...arp];
    };
    const own = "fe80::be24:11ff:fe00:a01";
    assert.deepEqual(lines({ options: {} }), []);
    const set = { "ipfilter-net0": { entries: [{ cidr: "198.51.100.51" }] } };
    const filtered = [
      "ip saddr != { 198.51.100.51 } drop",
      `ip6 saddr != { ${own} } drop`,
      "arp saddr ip != { 198.51.100.51 } drop",
    ];
    assert.deepEqual(lines({ options: { ipfilter: "1" }, sets: set }), filtered);
    // The set alone is enough, and the option alone leaves nothing but IPv6's own address.
    assert.deepEqual(lines({ options: {}, sets: set }), filtered);
    assert.deepEqual(lines({ options: { ipfilter: "1" } }), ["meta nfproto ipv4 drop", `ip6 saddr != { ${own} } drop`]);
    assert.deepEqual(lines({ options: {}, sets: { "ipfilter-net1": { entries: [] } } }), []);
    const wide = [{ cidr: "198.51.100.0/24" }, { cidr: "198.51.100.52", nomatch: true as const }];
    assert.deepEqual(lines({ options: {}, sets: { "ipfilter-net0": { entries: wide } } }).slice(0, 2), [
      "ip saddr { 198.51.100.52 } drop",
      "ip saddr != { 198.51.100.0/24 } drop",
    ]);
  });

  it("filter the sender before the rules, and after what belongs to a connection", () => {
    const sets = { "ipfilter-net0": { entries: [{ cidr: "198.51.100.51" }] } };
    const rules = [{ ...accept, type: "out", proto: "tcp", dport: "443" }];
    const [, output = ""] = renderFirewall({ options: { enable: "1" }, rules, sets }, mac).split("chain output");
    const at = ["established", "ip saddr !=", "nd-router-solicit", "dport 443"].map((part) => output.indexOf(part));
    assert.deepEqual(
      at,
      at.toSorted((one, other) => one - other),
    );
    assert.ok(!at.includes(-1));
  });

  it("give balanced text without anything from outside the grammar of nft", () => {
    const rule = fc.record(
      {
        type: fc.constantFrom("in", "out"),
        action: fc.constantFrom("ACCEPT", "DROP", "REJECT"),
        enable: fc.constantFrom("0", "1"),
        proto: fc.constantFrom("tcp", "udp"),
        dport: fc.constantFrom("22", "80,443", "1000:2000"),
        source: fc.constantFrom("198.51.100.1", "198.51.100.0/24,203.0.113.7", "198.51.100.1-198.51.100.9"),
        comment: fc.string(),
      },
      { requiredKeys: ["type", "action", "enable", "proto"] },
    );
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 5 }), (rules) => {
        const text = renderFirewall({ options: {}, rules }, mac);
        assert.equal(text.split("{").length, text.split("}").length);
        assert.match(text, /^[a-z0-9 \n{}:;,./_-]+$/);
      }),
    );
  });
});
