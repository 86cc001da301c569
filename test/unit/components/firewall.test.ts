import assert from "node:assert/strict";
import fc from "fast-check";
import { renderFirewallRules } from "@ghrunners/components/runner/render-vm";

const minimal = { adminCidr: "192.0.2.0/28", nameservers: ["192.0.2.1"], egress: [] };
type Rule = Readonly<Record<"type" | "action" | "proto" | "dport" | "comment", string>> & {
  source?: string;
  dest?: string;
};
const rules = (change: Partial<Parameters<typeof renderFirewallRules>[0]> = {}): Rule[] =>
  renderFirewallRules({ ...minimal, ...change }) as Rule[];
const short = ({ type, proto, dport, source, dest }: Rule): string =>
  `${type} ${proto} ${dport} ${source ?? dest ?? "anywhere"}`;

describe("firewall rules of a VM", () => {
  it("open SSH to the administrators alone, and the way to DNS, NTP, https and http", () => {
    assert.deepEqual(rules().map(short), [
      "in tcp 22 192.0.2.0/28",
      "out udp 53 192.0.2.1",
      "out tcp 53 192.0.2.1",
      "out udp 123 anywhere",
      "out tcp 443 anywhere",
      "out tcp 80 anywhere",
    ]);
  });

  it("open the exporters to the monitoring host alone, where there is one", () => {
    const added = rules({ monitoringAddress: "192.0.2.9" }).filter((rule) => !rules().map(short).includes(short(rule)));
    assert.deepEqual(added.map(short), ["in tcp 9100:9101 192.0.2.9"]);
  });

  it("open each deployment target with its reason", () => {
    const to = { to: "192.0.2.64/30", ports: "22,8000:8010", protocol: "tcp" } as const;
    const [named, unnamed] = rules({
      egress: [
        { ...to, comment: "web" },
        { ...to, comment: "" },
      ],
    }).slice(-2);
    assert.ok(named && unnamed);
    assert.equal(short(named), "out tcp 22,8000:8010 192.0.2.64/30");
    assert.deepEqual([named.comment, unnamed.comment], ["web", "Deployment target"]);
  });

  it("no firewall rule admits traffic from any source, whatever is configured", () => {
    const word = fc.stringMatching(/^[a-z0-9./]{1,18}$/);
    const egress = fc.record({
      to: word,
      ports: fc.constant("22"),
      protocol: fc.constantFrom("tcp" as const, "udp" as const),
      comment: word,
    });
    const firewall = fc.record(
      { adminCidr: word, monitoringAddress: word, nameservers: fc.array(word), egress: fc.array(egress) },
      { requiredKeys: ["adminCidr", "nameservers", "egress"] },
    );
    fc.assert(
      fc.property(firewall, (given) => {
        const all = renderFirewallRules(given) as Rule[];
        return (
          all.every(({ action, comment }) => action === "ACCEPT" && comment !== "") &&
          all.filter(({ type }) => type === "in").every(({ source }) => source !== undefined) &&
          all.length ===
            4 + (given.monitoringAddress === undefined ? 0 : 1) + 2 * given.nameservers.length + given.egress.length
        );
      }),
    );
  });
});
