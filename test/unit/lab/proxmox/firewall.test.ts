import assert from "node:assert/strict";
import * as fc from "fast-check";
import { renderFirewall, renderRule } from "@ghrunners/lab/proxmox/firewall/render";

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
    const text = renderFirewall({
      options: { enable: "1", policy_out: "REJECT" },
      rules: [
        { ...accept, proto: "tcp", dport: "22" },
        { ...accept, action: "DROP" },
        { ...accept, type: "out", proto: "tcp", dport: "443" },
      ],
    });
    const [input = "", output = ""] = text.split("chain output");
    assert.ok(input.includes("policy drop") && input.indexOf("dport 22") < input.indexOf("\n    drop\n"));
    assert.ok(!input.includes("443") && output.includes("tcp dport 443 accept"));
    assert.ok(output.indexOf("443") < output.indexOf("\n    reject\n"));
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
        const text = renderFirewall({ options: {}, rules });
        assert.equal(text.split("{").length, text.split("}").length);
        assert.match(text, /^[a-z0-9 \n{}:;,./_-]+$/);
      }),
    );
  });
});
