import assert from "node:assert/strict";
import { version as programVersion } from "@pulumi/pulumi/version";
import { deliveryEgress, deliveryJobs, deliveryRunnerArgs } from "@ghrunners/config/arguments/delivery-runner";
import { guardFacts } from "@ghrunners/config/arguments/guard-facts";
import { preflightInputs } from "@ghrunners/config/arguments/preflight";
import { monitoringArgs, monitoringFiles } from "@ghrunners/config/arguments/monitoring";
import { poolArgs } from "@ghrunners/config/arguments/runners";
import { crossCheck } from "@ghrunners/config/cross-checks";
import { deliveryRunner } from "@ghrunners/config/delivery-runner";
import { labelsOf, machinesOf, mindsDeliveries } from "@ghrunners/config/machines";
import { parseConfiguration, type Settings } from "@ghrunners/config/parse";
import { good, patched, problemsOf, raw, secrets } from "./support/settings";

const delivery = { name: "delivery-1", vmId: 159, address: "192.0.2.59" };
const pve = (endpoint: string) => patched("proxmox", { endpoint });
const wanted = { deliveryRunner: delivery, ...pve("https://192.0.2.10:8006/") };
const monitoring = {
  host: "192.0.2.200",
  user: "operator",
  hostKey: "ssh-ed25519 AAAA",
  alertmanager: { url: "http://192.0.2.201:9093" },
};
const tokens = { exporterToken: "github_pat_exporter", failoverToken: "github_pat_failover" };

function settingsWith(changes: Record<string, unknown>): Settings {
  const result = parseConfiguration(raw({ ...wanted, ...changes }, [...Object.keys(secrets), ...Object.keys(tokens)]));
  if ("problems" in result) assert.fail(JSON.stringify(result.problems));
  return result.settings;
}
const watched = (changes: Record<string, unknown> = {}): Settings =>
  settingsWith({ monitoring, ...tokens, ...changes });
const paths = (changes: Record<string, unknown>): string[] =>
  problemsOf({ ...wanted, ...changes }).map(({ path }) => path);
const own = (change: Record<string, unknown>): string[] => paths({ deliveryRunner: { ...delivery, ...change } });

describe("the settings of the delivery runner", () => {
  it("are optional, and take a name, a VMID and an address of its own", () => {
    assert.deepEqual(problemsOf({}), []);
    assert.deepEqual(own({}), []);
    assert.deepEqual(own({ name: "two" }), ["deliveryRunner.name"]);
    assert.deepEqual(own({ vmId: 151 }), ["deliveryRunner.vmId"]);
    assert.deepEqual(own({ address: "192.0.2.52" }), ["deliveryRunner.address"]);
    const [problem] = problemsOf({ ...wanted, deliveryRunner: { ...delivery, name: "two" } });
    assert.deepEqual(problem, {
      path: "deliveryRunner.name",
      seen: '"two", as runners[1] has it',
      allowed: "a name of its own",
    });
  });

  it("are checked as those of the other machines are", () => {
    assert.deepEqual(own({ address: "198.51.100.59" }), ["deliveryRunner.address"]);
    assert.deepEqual(own({ address: "192.0.2.1" }), ["deliveryRunner.address"]);
    assert.deepEqual(own({ vmId: 9000 }), ["deliveryRunner.vmId"]);
    assert.deepEqual(own({ node: "pve2" }), ["proxmox.templates.pve2"]);
    assert.deepEqual(paths({ deliveryRunner: { ...delivery, address: "192.0.2.200" }, monitoring, ...tokens }), [
      ...Object.keys(tokens),
      "deliveryRunner.address",
    ]);
    const repository = `octo-org/${"long-name-".repeat(9)}demo`;
    const names = paths({
      ...patched("github", { repository }),
      deliveryRunner: { ...delivery, name: "d".repeat(63) },
    });
    assert.deepEqual(names, ["deliveryRunner.name"]);
  });

  it("name the Pulumi CLI on it: by default of one version with the program, pinned only as a whole", () => {
    const cliOf = (pulumi: Record<string, string>) => {
      const settings = settingsWith({ deliveryRunner: { ...delivery, pulumi } });
      assert.ok(settings.deliveryRunner);
      return deliveryRunnerArgs(settings, settings.deliveryRunner, poolArgs(settings, undefined, undefined)).pulumiCli;
    };
    assert.deepEqual(cliOf({}), { version: programVersion });
    assert.deepEqual(cliOf({ version: "3.280.0" }), { version: "3.280.0" });
    const pinned = { downloadUrl: "https://mirror.example/pulumi.tar.gz", sha256: "0".repeat(64) };
    assert.deepEqual(cliOf({ version: "3.280.0", ...pinned }), { version: "3.280.0", ...pinned });
    assert.deepEqual(own({ pulumi: pinned }), ["deliveryRunner.pulumi.version"]);
    assert.deepEqual(own({ pulumi: { version: "3.280.0", sha256: pinned.sha256 } }), [
      "deliveryRunner.pulumi.downloadUrl",
    ]);
    assert.deepEqual(own({ pulumi: { version: "v3.280.0" } }), ["deliveryRunner.pulumi.version"]);
  });

  it("leave its label to it: a runner of deployments that had it would get its jobs", () => {
    assert.deepEqual(paths({ agent: { extraLabels: ["gpu", "Delivery"] } }), ["agent.extraLabels[1]"]);
    assert.deepEqual(paths({ agent: { extraLabels: ["Delivery"] } }), ["agent.extraLabels[0]"]);
    assert.deepEqual(paths({ environment: "delivery" }), ["environment"]);
    const allowed = "another word: jobs for the delivery runner ask for the label delivery";
    assert.deepEqual(problemsOf({ ...wanted, environment: "delivery", agent: { extraLabels: ["gpu", "Delivery"] } }), [
      {
        path: "environment",
        seen: "delivery",
        allowed,
        next: "pulumi config set ghrunners:environment '<another word>'",
      },
      {
        path: "agent.extraLabels[1]",
        seen: '"Delivery"',
        allowed,
        next: "pulumi config rm --path 'ghrunners:agent.extraLabels[1]'",
      },
    ]);
    assert.deepEqual(problemsOf({ agent: { extraLabels: ["delivery"] } }), []);
    assert.deepEqual(problemsOf({ environment: "delivery" }), []);
  });

  it("name the address of a Proxmox VE that has a name, unless its port is open to everywhere", () => {
    const rule = (ports: string, protocol = "tcp") => ({ egress: [{ to: "192.0.2.10/32", ports, protocol }] });
    const at = (endpoint: string, change: object = {}): string[] =>
      paths({ ...pve(endpoint), deliveryRunner: { ...delivery, ...change } });
    assert.deepEqual(at("https://pve.example:8006/"), ["deliveryRunner.egress"]);
    assert.deepEqual(at("https://pve.example:8006/", rule("8006")), []);
    assert.deepEqual(at("https://pve.example:8006/", rule("22,8000:8006")), []);
    assert.deepEqual(at("https://pve.example:8006/", rule("22,8007:8010")), ["deliveryRunner.egress"]);
    assert.deepEqual(at("https://pve.example:8006/", rule("8000:8005")), ["deliveryRunner.egress"]);
    assert.deepEqual(at("https://pve.example:8006/", rule("8006", "udp")), ["deliveryRunner.egress"]);
    assert.deepEqual(at("https://pve.example/"), []);
    const [problem] = problemsOf({ deliveryRunner: delivery, ...pve("https://pve.example:8006/") });
    assert.equal(problem?.seen, "no rule for TCP 8006, the port of proxmox.endpoint, which has a name and no address");
    assert.equal(problem.allowed, "a rule with the address of pve.example and port 8006");
    assert.match(JSON.stringify(problem), /deliveryRunner\.egress\[0\]' '\{.*ADDRESS\/32.*8006.*\}'/);
  });
});

describe("checks of the delivery runner's settings", () => {
  const whole = deliveryRunner.parse(delivery);

  it("need only the groups that are well formed", () => {
    assert.deepEqual(crossCheck({ deliveryRunner: whole }, "test"), []);
    assert.deepEqual(
      crossCheck({ deliveryRunner: whole }, "delivery").map(({ path }) => path),
      ["environment"],
    );
  });
});

describe("the machines of a stack", () => {
  const one = { role: "primary", name: "one", vmId: 151, address: "192.0.2.51" } as const;

  it("are the runners, then the delivery runner, with its node", () => {
    assert.deepEqual(machinesOf({ runners: [one] }), [one]);
    assert.deepEqual(machinesOf({ runners: [one], deliveryRunner: { ...delivery, node: "pve2" } }), [
      one,
      { role: "delivery", ...delivery, node: "pve2" },
    ]);
  });

  it("have the labels of their role, and the added ones where deployments run", () => {
    const settings = { environment: "test", agent: { extraLabels: ["gpu"] } };
    assert.deepEqual(labelsOf(settings, one), ["self-hosted", "linux", "x64", "test", "primary", "gpu"]);
    assert.deepEqual(labelsOf(settings, { role: "delivery" }), ["self-hosted", "linux", "x64", "delivery"]);
  });
});

describe("what the delivery runner may reach", () => {
  const opened = (settings: Settings): string[] =>
    deliveryEgress(settings, settings.deliveryRunner ?? assert.fail()).map(
      ({ to, ports, protocol }) => `${protocol} ${to} ${ports}`,
    );

  it("is Proxmox VE's API and SSH on the stack's runners", () => {
    // And the port by which the firewall of a runner is proved: a packet that is dropped on the way would prove nothing.
    const ssh = ["tcp 192.0.2.51/32 22,59999", "tcp 192.0.2.52/32 22,59999"];
    assert.deepEqual(opened(settingsWith({})), ["tcp 192.0.2.10/32 8006", ...ssh]);
    assert.deepEqual(opened(settingsWith(pve("https://192.0.2.10/"))), ["tcp 192.0.2.10/32 443", ...ssh]);
    const egress = [{ to: "192.0.2.11/32", ports: "8006" }];
    const named = settingsWith({ ...pve("https://pve.example:8006/"), deliveryRunner: { ...delivery, egress } });
    assert.deepEqual(opened(named), [...ssh, "tcp 192.0.2.11/32 8006"]);
  });

  it("is SSH on the monitoring host, and its services where they are on it", () => {
    assert.equal(opened(watched()).at(-1), "tcp 192.0.2.200/32 22,9090");
    const both = { ...monitoring, alertmanager: { url: "https://192.0.2.200" }, prometheusUrl: "http://localhost" };
    assert.equal(opened(watched({ monitoring: both })).at(-1), "tcp 192.0.2.200/32 22,80,443");
    const elsewhere = { ...monitoring, prometheusUrl: "http://192.0.2.202:9090" };
    assert.equal(opened(watched({ monitoring: elsewhere })).at(-1), "tcp 192.0.2.200/32 22");
  });

  it("is nothing that the other runners get", () => {
    const egress = [{ to: "203.0.113.0/24", ports: "22" }];
    const settings = settingsWith(patched("network", { egress }));
    assert.ok(opened(settings).every((rule) => !rule.includes("203.0.113.0")));
    assert.deepEqual(poolArgs(settings, undefined, undefined).network.egress, settings.network.egress);
  });

  it("makes the other runners open SSH to it, where they do not already", () => {
    const addressIn = (adminCidr: string): string | undefined =>
      poolArgs(settingsWith(patched("network", { adminCidr })), undefined, undefined).network.deliveryAddress;
    assert.equal(addressIn("192.0.2.0/24"), undefined);
    assert.equal(addressIn("192.0.2.59/32"), undefined);
    assert.equal(addressIn("192.0.2.58/32"), "192.0.2.59");
    assert.equal(addressIn("192.0.2.60/32"), "192.0.2.59");
    assert.equal(
      poolArgs(settingsWith({ deliveryRunner: undefined }), undefined, undefined).network.deliveryAddress,
      undefined,
    );
  });
});

describe("the jobs of the delivery runner", () => {
  const jobs = (change: object) =>
    deliveryJobs(settingsWith({ deliveryRunner: { ...delivery, ...change } }).deliveryRunner ?? assert.fail());

  it("are those of the delivery workflows, and of pull requests only where previews are allowed", () => {
    const refs = ["refs/heads/main", "refs/heads/master", "refs/tags/v*"];
    const events = ["push", "workflow_dispatch", "schedule"];
    assert.deepEqual(jobs({}), { allowedEvents: events, allowedRefs: refs });
    assert.deepEqual(jobs({ previews: true, allowedRefs: ["refs/heads/trunk"] }), {
      allowedEvents: [...events, "pull_request"],
      allowedRefs: ["refs/heads/trunk", "refs/pull/*"],
    });
  });
});

describe("who knows the delivery runner", () => {
  const names = (listed: readonly { readonly name: string }[] | undefined): string[] =>
    (listed ?? []).map(({ name }) => name);
  const everyone = ["one", "two", "delivery-1"];

  it("minds others with its label where it has one, or a setting that names those of others", () => {
    const { deliveryRunner: mine, monitoring: host } = watched();
    const minds = [{}, { deliveryRunner: mine }, { monitoring: host }].map(mindsDeliveries);
    assert.deepEqual(minds, [false, true, true]);
  });

  it("whoever looks at machines: the preflight, the guards, the exporters, the files for Prometheus", () => {
    const settings = watched({
      environment: "production",
      safety: { allowUnreviewedProduction: "deployments to production are not reviewed" },
    });
    assert.deepEqual(names(machinesOf(settings)), everyone);
    const inputs = preflightInputs(settings, "stack");
    assert.deepEqual(names(inputs.runners), everyone);
    assert.equal(inputs.ownershipMarks["delivery-1"], "ghrunners stack delivery-1");
    const facts = guardFacts(settings, { workflows: () => [], passphraseIsEmpty: false });
    assert.deepEqual(facts.machines?.at(-1), { name: "delivery-1", protected: true });
    const fleet = monitoringArgs(settings)?.fleetExporter?.config as { runners: { name: string; labels: string[] }[] };
    assert.deepEqual(names(fleet.runners), everyone);
    assert.deepEqual(fleet.runners.at(-1)?.labels, ["self-hosted", "linux", "x64", "delivery"]);
    const [targets] = monitoringFiles(settings).targets;
    assert.match(targets?.text ?? "", /192\.0\.2\.59:9101/);
  });

  it("nobody who chooses a runner for a deployment: neither the pool, nor the guards of labels, nor the switch", () => {
    const settings = watched({ agent: { extraLabels: ["gpu"] } });
    assert.deepEqual(names(poolArgs(settings, undefined, undefined).runners), ["one", "two"]);
    const facts = guardFacts(settings, { workflows: () => [], passphraseIsEmpty: false });
    assert.deepEqual(
      facts.pool?.members.map(({ runner }) => runner),
      ["one", "two"],
    );
    const chosen = monitoringArgs(settings)?.failoverSwitch?.config as { runners: { name: string }[] };
    assert.deepEqual(names(chosen.runners), ["one", "two"]);
  });

  it("no one where there is none", () => {
    assert.deepEqual(names(machinesOf({ runners: good.runners as Settings["runners"], deliveryRunner: undefined })), [
      "one",
      "two",
    ]);
  });
});
