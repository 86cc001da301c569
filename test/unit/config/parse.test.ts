import assert from "node:assert/strict";
import { parseConfiguration } from "@ghrunners/config/parse";
import { templateVmId } from "@ghrunners/core/proxmox/image";
import { renderProblems } from "@ghrunners/config/problems";
import { key, patched, problemsOf, raw, runners, secrets } from "./support/settings";

describe("configuration", () => {
  it("fills every default in", () => {
    const result = parseConfiguration(raw());
    assert.ok("settings" in result, JSON.stringify(result));
    const { settings } = result;
    assert.equal(settings.environment, "test");
    assert.deepEqual(settings.network.nameservers, ["192.0.2.1"]);
    assert.equal(settings.network.prefixLength, 24);
    assert.deepEqual(settings.vm, { cores: 4, memoryMiB: 8192, diskGiB: 50, cpuType: "x86-64-v2-AES", user: "runner" });
    assert.equal(settings.hosts, "manage");
    assert.equal(settings.safety.protect, false);
    assert.equal(settings.smoke.workflow, "runner-smoke.yml");
    assert.equal(settings.sshPublicKey, key.publicKey.split(" ").slice(0, 2).join(" "));
  });

  it("protects production unless told otherwise", () => {
    const protect = (changes: Record<string, unknown>): boolean | undefined => {
      const result = parseConfiguration(raw(changes));
      return "settings" in result ? result.settings.safety.protect : undefined;
    };
    const deployment = { reviewers: ["octocat"], branches: ["main"] };
    assert.equal(protect({ environment: "production", deployment }), true);
    assert.equal(protect({ environment: "production", deployment, safety: { protect: false } }), false);
    assert.equal(protect({ environment: "staging" }), false);
  });

  it("gives every node that is used the template that the program makes of the image", () => {
    const image = { url: "https://images.example/debian.qcow2", checksum: "0".repeat(128) };
    const settingsOf = (stack: string, ...nodes: readonly { node?: string }[]) => {
      const change = { ...patched("proxmox", { templateId: undefined, image }), ...runners(...nodes) };
      const result = parseConfiguration({ ...raw(change), stack });
      assert.ok("settings" in result, JSON.stringify(result));
      return result.settings.proxmox;
    };
    const { node, templateId, templates, image: read } = settingsOf("lab", {}, { node: "pve2" });
    const made = { ...image, storage: "local", firstVmId: 9000 };
    assert.deepEqual(read, made);
    assert.equal(templateId, templateVmId("lab", node, made));
    assert.deepEqual(templates, { pve2: templateVmId("lab", "pve2", made) });
    assert.notEqual(templateId, templates?.pve2);
    assert.equal(settingsOf("organization/ghrunners/lab").templateId, templateId);
    assert.equal(settingsOf("lab", { node }, { node }).templates, undefined);
  });

  it("leaves a template that exists, and the settings beside it, as they are configured", () => {
    const result = parseConfiguration(raw());
    assert.ok("settings" in result);
    const { endpoint, node, templateId, templates } = result.settings.proxmox;
    assert.deepEqual([endpoint, node, templateId, templates], ["https://pve.example:8006/", "pve1", 9000, undefined]);
  });

  it("takes Prometheus, Alertmanager and Grafana below a path, and no slash at its end", () => {
    const monitoring = {
      ...{ host: "192.0.2.200", user: "operator", hostKey: "ssh-ed25519 AAAA", fleetExporter: false },
      prometheusUrl: "http://127.0.0.1:9090/prometheus",
      alertmanager: { url: "https://proxy.example/mon/alertmanager" },
      dashboardBaseUrl: "https://mon.example/grafana",
    };
    const result = parseConfiguration(raw({ monitoring }));
    assert.ok("settings" in result, JSON.stringify(result));
    const read = result.settings.monitoring;
    assert.deepEqual(
      [read?.prometheusUrl, read?.alertmanager.url, read?.dashboardBaseUrl],
      [monitoring.prometheusUrl, monitoring.alertmanager.url, monitoring.dashboardBaseUrl],
    );
    for (const [setting, change] of [
      ["monitoring.prometheusUrl", { prometheusUrl: "http://127.0.0.1:9090/prometheus/" }],
      ["monitoring.alertmanager.url", { alertmanager: { url: "https://user:word@proxy.example/alertmanager" } }],
      ["monitoring.dashboardBaseUrl", { dashboardBaseUrl: "https://mon.example/grafana?org=1" }],
    ] as const)
      assert.deepEqual(
        problemsOf({ monitoring: { ...monitoring, ...change } }).map(({ path: found }) => found),
        [setting],
      );
  });

  it("says once that proxmox is no group of settings", () => {
    for (const value of ['"text"', "null", "[]"]) {
      const result = parseConfiguration({ ...raw(), values: { ...raw().values, proxmox: value } });
      assert.ok("problems" in result, value);
      assert.deepEqual([value, ...result.problems.map(({ path: setting }) => setting)], [value, "proxmox"]);
    }
  });

  it("names every missing setting at once, and how to set it", () => {
    const result = parseConfiguration({ stack: "fresh", values: {}, secrets: [] });
    assert.ok("problems" in result);
    assert.deepEqual(
      result.problems.map(({ path: setting }) => setting),
      [
        "proxmox.endpoint",
        "proxmox.node",

        "proxmoxToken",
        "github.repository",
        "githubToken",
        "sshPrivateKey",
        "network.gateway",
        "network.adminCidr",
        "runners[0].role",
        "runners[0].name",
        "runners[0].vmId",
        "runners[0].address",
        "proxmox.templateId",
      ],
    );
    const text = renderProblems("fresh", result.problems);
    assert.match(text, /stack "fresh" has 13 problems/);
    assert.match(text, /pulumi config set --stack fresh --path 'ghrunners:proxmox\.templateId' 9000/);
    assert.match(text, /pulumi config set --stack fresh --secret ghrunners:githubToken$/m);
    assert.match(text, /pulumi config set --stack fresh --path 'ghrunners:runners\[0\]\.role' primary/);
    assert.match(text, /pulumi config set --stack fresh --path 'ghrunners:runners\[0\]\.vmId' /);
  });

  it("reports all of many problems", () => {
    const found = problemsOf({ ...patched("proxmox", { node: "" }), vm: { cores: 0, diskGiB: 1 }, hosts: "maybe" });
    assert.deepEqual(
      found.map(({ path: setting }) => setting),
      ["proxmox.node", "vm.cores", "vm.diskGiB", "hosts"],
    );
  });

  it("checks settings against one another where others are malformed", () => {
    const found = problemsOf({ vm: { cores: 0 }, ...runners({}, { vmId: 151 }) });
    assert.deepEqual(
      found.map(({ path: setting }) => setting),
      ["vm.cores", "runners[1].vmId"],
    );
  });

  it("takes texts as they are, and what is empty as absent where it is a secret", () => {
    const numbers = parseConfiguration(
      raw({ environment: "123", exporterToken: "", failoverToken: "12345678" }, [
        ...Object.keys(secrets),
        "failoverToken",
      ]),
    );
    assert.ok("settings" in numbers, JSON.stringify(numbers));
    assert.equal(numbers.settings.environment, "123", "no JSON is read from it");
    assert.deepEqual([numbers.settings.exporterToken, numbers.settings.failoverToken], [undefined, "12345678"]);
    const named = parseConfiguration(raw({ ...patched("network", { nameservers: ["192.0.2.9"] }) }));
    assert.deepEqual("settings" in named && named.settings.network.nameservers, ["192.0.2.9"]);
  });
});
