import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { Runner, type RunnerArgs } from "@ghrunners/components";
import { finder, graphOf, isSecretValue, plain, type RegisteredResource, showing } from "../../support/pulumi-mocks";
import { environment, planted, primary, proxmoxProvider } from "./support/arguments";

const made = (change: Partial<RunnerArgs> = {}): Promise<RegisteredResource[]> =>
  graphOf(() => void new Runner("solo", { ...environment(), ...primary, ...change }, { provider: proxmoxProvider() }));

describe("Runner", () => {
  it("is a VM with its drain, the agent, the registration and the telemetry, each named once after it", async () => {
    const graph = await made();
    assert.deepEqual(
      graph
        .filter(({ type }) => !/^pulumi:|^ghrunners:/.test(type))
        .map(({ name, parent }) => `${parent} > ${name}`)
        .sort(),
      [
        "solo-vm > solo-vm",
        "solo > solo-release",
        "solo > solo-drain",
        "solo-vm > solo-vm-addresses",
        "solo-vm > solo-vm-rules",
        "solo-vm > solo-vm-firewall",
        "solo-vm > solo-vm-host-key",
        "solo-vm > solo-vm-firewall-proof",
        "solo-telemetry > solo-telemetry-node-exporter",
        "solo-telemetry > solo-telemetry-runner-exporter",
        "solo > solo-packages",
        "solo-agent > solo-agent",
        "solo > solo-registration",
        "solo > solo-online",
      ].sort(),
    );
  });

  it("refuses the name of a runner group that a pool would refuse too", async () => {
    const group = (runnerGroup: string) => made({ github: { ...environment().github, runnerGroup } });
    for (const name of ["Default", "two words", "-x"])
      await assert.rejects(
        group(name),
        /github\.runnerGroup: seen ".*", expected letters, digits, dot, .*, not Default/,
      );
    await group("demo-app-runners");
  });

  it("registers with exactly its labels, after the agent is there", async () => {
    const find = finder(await made({ agent: { extraLabels: ["gpu"] } }));
    assert.deepEqual(find("solo-registration").inputs.labels, [
      "self-hosted",
      "linux",
      "x64",
      "demo",
      "primary",
      "gpu",
    ]);
    assert.ok(find("solo-registration").dependencies.includes("solo-agent"));
    assert.equal(find("solo-online").inputs.unit, "actions.runner.octo-org-demo-app.one.service");
  });

  it("does nothing on the host before its packages are there, all in one call", async () => {
    const logs = { kind: "journal-upload", receiver: "192.0.2.9", certificate: "PEM" } as const;
    const graph = await made({ logs });
    const find = finder(graph);
    // The components wait, and with them everything below them.
    const waiting = graph.filter(({ dependencies }) => dependencies.includes("solo-packages"));
    assert.deepEqual(waiting.map(({ type }) => type.split(":")[2]).sort(), [
      "HostLogs",
      "HostTelemetry",
      "RunnerAgent",
    ]);
    const stdin = plain(find("solo-packages").inputs.stdin) as string;
    assert.match(stdin, /^PACKAGES='libicu libkrb5-3 curl .* python3 systemd-journal-remote'$/m);
    const apt = graph.filter(({ inputs }) => JSON.stringify(plain(inputs.stdin) ?? "").includes("apt-get -o"));
    assert.deepEqual(
      apt.map(({ name }) => name),
      ["solo-packages"],
    );
  });

  it("puts nothing on the host before the firewall is proved, unless told to do without", async () => {
    const find = finder(await made());
    assert.ok(find("solo-packages").dependencies.includes("solo-vm-firewall-proof"));
    const without = { network: { ...environment().network, requireFirewall: false } };
    assert.ok(!(await made(without)).some(({ name }) => name === "solo-vm-firewall-proof"));
  });

  it("drains itself before its VM or its agent is touched, by hooks of its own", async () => {
    const find = finder(await made());
    assert.deepEqual([...new Set(find("solo-vm").hooks)].sort(), ["solo-clear-leftovers", "solo-drain"]);
    assert.deepEqual([...find("solo-agent").hooks].sort(), ["solo-drain", "solo-restore-labels"]);
  });

  it("takes a pinned archive without asking GitHub for one", async () => {
    const sha256 = "a".repeat(64);
    const agent = { version: "2.336.0", downloadUrl: "https://mirror.example/runner.tar.gz", sha256 };
    const graph = await made({ agent });
    assert.ok(!graph.some(({ name }) => name === "solo-release"));
    const stdin = plain(finder(graph)("solo-agent").inputs.stdin) as string;
    assert.ok(stdin.includes("ARCHIVE_URL='https://mirror.example/runner.tar.gz'") && stdin.includes(sha256));
  });

  it("ships its logs by the shipper that is given, whose certificate may be another resource's", async () => {
    const graph = await graphOf(
      () => {
        const { result } = new random.RandomPassword("certificate", { length: 16 });
        const logs = { kind: "journal-upload", receiver: "192.0.2.9", certificate: result } as const;
        new Runner("solo", { ...environment(), ...primary, logs }, { provider: proxmoxProvider() });
      },
      { preview: true, outputs: () => ({}) },
    );
    assert.ok(finder(graph)("solo-logs-journal-upload").dependencies.includes("certificate"));
  });

  it("is a VM alone where hosts are skipped, without a key", async () => {
    const graph = await made({ hosts: "skip", sshPrivateKey: undefined });
    const types = graph.map(({ type }) => type).filter((type) => /command:|dynamic/.test(type));
    assert.deepEqual(types, []);
  });

  it("serves a repository that a preview does not know yet", async () => {
    const graph = await graphOf(
      () => {
        const { result } = new random.RandomPassword("repository", { length: 16 });
        const github = { ...environment().github, repository: pulumi.interpolate`octo-org/${result}` };
        new Runner("solo", { ...environment(), ...primary, github }, { provider: proxmoxProvider() });
      },
      { preview: true, outputs: () => ({}) },
    );
    assert.ok(finder(graph)("solo-registration").dependencies.includes("repository"));
  });

  it("marks the private key wherever it goes, and shows no secret", async () => {
    const graph = await made();
    for (const name of ["solo-agent", "solo-telemetry-node-exporter"]) {
      const { connection } = finder(graph)(name).inputs;
      assert.ok(isSecretValue(connection) || isSecretValue((connection as Record<string, unknown>).privateKey), name);
    }
    const { githubToken, proxmoxToken, sshPrivateKey } = planted;
    for (const text of [githubToken, proxmoxToken, sshPrivateKey]) assert.deepEqual(showing(graph, text), []);
  });

  it("refuses half a pinned archive, a missing key and a bad label, at once", async () => {
    const wrong = {
      sshPrivateKey: undefined,
      agent: { sha256: "a".repeat(64), extraLabels: ["with blank"] },
    };
    await assert.rejects(made(wrong), (error: Error) => {
      assert.match(error.message, /^3 arguments of Runner "solo" cannot be taken/);
      assert.match(error.message, /sshPrivateKey: seen nothing, expected a text that is not empty/);
      assert.match(
        error.message,
        /agent: seen a part of a pinned archive, expected version, downloadUrl and sha256 together/,
      );
      assert.match(error.message, /agent\.extraLabels\[0\]: seen "with blank", expected letters, digits/);
      return true;
    });
  });
});
