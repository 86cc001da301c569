import assert from "node:assert/strict";
import fc from "fast-check";
import { closedHosts, closedToJobs } from "@ghrunners/components/runner/closed-hosts";
import { renderFirewallRules } from "@ghrunners/components/runner/render-vm";

const minimal = { adminCidr: "192.0.2.0/28", nameservers: ["192.0.2.1"], egress: [], closed: [] };
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

  it("open SSH to the delivery runner too, where it is none of the administrators", () => {
    const added = rules({ deliveryAddress: "192.0.2.59" }).filter((rule) => !rules().map(short).includes(short(rule)));
    assert.deepEqual(added.map(short), ["in tcp 22 192.0.2.59"]);
    assert.deepEqual(
      added.map(({ comment }) => comment),
      ["SSH from the delivery runner"],
    );
  });

  it("open each deployment target with its reason", () => {
    const to = { to: "192.0.2.64/30", ports: "22,8000:8010", protocol: "tcp" } as const;
    const [named, unnamed] = rules({
      egress: [
        { ...to, comment: "web" },
        { ...to, comment: "" },
      ],
    }).filter(({ dest }) => dest === to.to);
    assert.ok(named && unnamed);
    assert.equal(short(named), "out tcp 22,8000:8010 192.0.2.64/30");
    assert.deepEqual([named.comment, unnamed.comment], ["web", "Deployment target"]);
  });

  it("refuse a closed host what is open to everywhere, and leave it what is opened by name", () => {
    const egress = [{ to: "192.0.2.200/32", ports: "19532", protocol: "tcp", comment: "Logs" }] as const;
    const all = rules({ egress, closed: ["192.0.2.200", "192.0.2.201"] });
    const seen = all.map(({ action, dport, dest }) => `${action} ${dport ?? "all"} ${dest ?? "anywhere"}`).slice(4);
    assert.deepEqual(seen, [
      "ACCEPT 19532 192.0.2.200/32",
      "REJECT all 192.0.2.200",
      "REJECT all 192.0.2.201",
      "ACCEPT 443 anywhere",
      "ACCEPT 80 anywhere",
    ]);
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
      {
        ...{
          adminCidr: word,
          deliveryAddress: word,
          monitoringAddress: word,
          nameservers: fc.array(word),
          egress: fc.array(egress),
        },
        closed: fc.array(word),
      },
      { requiredKeys: ["adminCidr", "nameservers", "egress", "closed"] },
    );
    fc.assert(
      fc.property(firewall, (given) => {
        const all = renderFirewallRules(given) as Rule[];
        return (
          all.every(({ type, action, comment }) => (action === "ACCEPT" || type === "out") && comment !== "") &&
          all.filter(({ type }) => type === "in").every(({ source }) => source !== undefined) &&
          all.length ===
            4 +
              (given.deliveryAddress === undefined ? 0 : 1) +
              (given.monitoringAddress === undefined ? 0 : 1) +
              2 * given.nameservers.length +
              given.egress.length +
              given.closed.length
        );
      }),
    );
  });
});

describe("hosts that are closed to jobs", () => {
  const known = {
    closed: ["192.0.2.30", "192.0.2.200"],
    monitoringAddress: "192.0.2.200",
    proxmoxEndpoint: "https://192.0.2.10:8006/",
    githubUrl: "https://github.com",
  };

  it("are the named ones, the monitoring host and Proxmox VE's API, each once", () => {
    assert.deepEqual(closedHosts(known), ["192.0.2.10", "192.0.2.200", "192.0.2.30"]);
  });

  it("are none that a firewall cannot know, and never GitHub", () => {
    const one = { ...known, closed: [], monitoringAddress: undefined };
    assert.deepEqual(closedHosts({ ...one, proxmoxEndpoint: "https://pve.example:8006/" }), []);
    assert.deepEqual(closedHosts({ ...one, githubUrl: "https://192.0.2.10" }), []);
  });

  it("stay open for jobs where egress opens them for jobs, or where they are the DNS server", () => {
    const hosts = closedHosts(known);
    assert.deepEqual(closedToJobs(hosts, ["192.0.2.10"], []), ["192.0.2.200", "192.0.2.30"]);
    const egress = [{ to: "192.0.2.200/32", forJobs: false }, { to: "192.0.2.0/27" }];
    assert.deepEqual(closedToJobs(hosts, [], egress), ["192.0.2.200"]);
  });
});
