import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { provider as exporterProvider } from "../../../components/resources/installed-exporter";
import type { ExporterInputs } from "../../../components/resources/installed-exporter";
import type { RegisteredRunnerInputs } from "../../../components/resources/registered-runner";
import type { RegistrationInputs } from "../../../components/resources/registration";
import { provider as registeredRunnerProvider } from "../../../components/resources/registered-runner";
import { provider as registrationProvider } from "../../../components/resources/registration";
import { agentFiles } from "../../../packages/deploy/deployer/agent-files";
import { type SentScript, scriptsOfCreate } from "./support/recorded-scripts";
import { expectNoOtherFiles, expectSnapshot } from "./support/snapshot";
import { stackGraph } from "./support/stacks";
import { describeScript, digest, type StoredElsewhere, listed } from "./support/text";

const projectRoot = path.resolve(__dirname, "../../..");
/** Folders of what is not installed anywhere. */
const notInstalled = ["lab", "test", "bench", "scenarios", "examples", "node_modules"];

/** Inputs of a dynamic resource as its provider gets them. */
async function inputsOf<Inputs>(stack: "production" | "lab", name: string): Promise<Inputs> {
  const { resources } = await stackGraph(stack);
  const found = resources.find((resource) => resource.name === name);
  if (found === undefined) throw new Error(`Stack ${stack} has no ${name}.`);
  return JSON.parse(JSON.stringify(found.inputs)) as Inputs;
}

const describeSent = (sent: readonly SentScript[], elsewhere: StoredElsewhere = {}): string =>
  sent.map(({ verb, text }) => `verb ${verb}\n\n${describeScript(text, elsewhere)}`).join("\n");

/** Scripts and units of the checkout that are put on machines, by name: where they stand is no part of what they do. */
function installedFiles(folder = ""): string[] {
  return readdirSync(path.join(projectRoot, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.name.startsWith(".") || notInstalled.includes(entry.name)) return [];
    if (entry.isDirectory()) return installedFiles(file);
    return /\.(sh|py|service|path|timer|socket)$/.test(entry.name) ? [file] : [];
  });
}

describe("snapshot of the scripts and files that are sent to hosts", function () {
  this.timeout(60_000);

  const commands: readonly (readonly [stack: "production" | "lab", resource: string, elsewhere?: StoredElsewhere])[] = [
    ["production", "runners-primary-agent"],
    ["production", "runners-primary-telemetry-node-exporter"],
    // test/components/logs/golden.alloy is the same configuration for another host.
    ["production", "runners-primary-logs-alloy", { golden: /^ALLOY_CONFIGURATION$/ }],
    ["production", "runners-primary-vm-host-key"],
    ["production", "monitoring-files", { golden: /^FILE_\d+_TEXT$/ }],
    ["production", "monitoring-alertmanager", { golden: /^TEXT$/ }],
    ["lab", "runners-primary-logs-journal-upload"],
    ["lab", "log-receiver"],
    ["lab", "monitoring-alertmanager", { golden: /^TEXT$/ }],
  ];
  for (const [stack, resource, elsewhere] of commands) {
    it(`${stack}: the script of ${resource}`, async () => {
      const { input } = await stackGraph(stack);
      expectSnapshot(`scripts/${stack}-${resource}.txt`, describeScript(input(resource, "stdin"), elsewhere));
    });
  }

  it("the scripts of a runner's registration", async () => {
    const inputs = await inputsOf<RegistrationInputs>("production", "runners-primary-registration");
    const registered = {
      agentId: 7,
      agentName: inputs.runnerName,
      gitHubUrl: `${inputs.githubUrl}/${inputs.repository}`,
    };
    const sent = await scriptsOfCreate(
      registrationProvider,
      inputs,
      (verb, before) =>
        verb === "show" && before.some((one) => one.verb === "register") ? JSON.stringify(registered) : "",
      { runnerNamed: undefined, registrationToken: "placeholder-of-a-registration-token" },
    );
    expectSnapshot("scripts/registration.txt", describeSent(sent));
  });

  it("the scripts of a runner's service", async () => {
    const inputs = await inputsOf<RegisteredRunnerInputs>("production", "runners-primary-online");
    const { labels, version } = inputs;
    const sent = await scriptsOfCreate(registeredRunnerProvider, inputs, () => `active\n${version}\n`, {
      runner: { id: 7, online: true, labels, version },
    });
    expectSnapshot("scripts/service.txt", describeSent(sent));
  });

  const exporters = {
    "runner-exporter": "runners-primary-telemetry-runner-exporter",
    "fleet-exporter": "monitoring-fleet-exporter",
    "failover-switch": "monitoring-failover-switch",
  };
  for (const [name, resource] of Object.entries(exporters)) {
    it(`unit and configuration of the ${name}`, async () => {
      const inputs = await inputsOf<ExporterInputs>("production", resource);
      const sent = await scriptsOfCreate(exporterProvider, inputs, () => "active");
      expectSnapshot(`scripts/${name}.txt`, describeSent(sent, { program: /^BUNDLE(_SHA256)?$/ }));
    });
  }

  it("the files of the deployment agent and its guard on a target", async () => {
    const { install, files } = await agentFiles();
    const texts = files.map(({ path: place, mode, text }) => [
      `${place}, mode ${mode}`,
      place.endsWith(".cjs") ? "(of the installed program)" : text,
    ]);
    expectSnapshot(
      "scripts/deployment-agent.txt",
      `${listed(Object.fromEntries(texts) as Record<string, string>)}
\nput there by the script: ${digest(install)}`,
    );
  });

  it("scripts and units are the same, wherever they stand", () => {
    const lines = installedFiles().map(
      (file) => `${path.basename(file)}: ${digest(readFileSync(path.join(projectRoot, file), "utf8"))}`,
    );
    expectSnapshot("scripts/installed-files.txt", lines.sort().join("\n"));
  });

  it("every golden file of scripts.test.ts is asked for by a test", () => expectNoOtherFiles("scripts"));
});
