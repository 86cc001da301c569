/**
 * The program: from a stack's settings to runners, GitHub's side, monitoring and outputs. Each part is described in a
 * README of its own: config/ (settings), components/ (resources). Everything waits for the preflight, which fails while
 * something is missing or unsafe.
 */
import "@ghrunners/config/stack-traces";
import * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import * as pulumi from "@pulumi/pulumi";
import { MonitoringHost, RunnerPool } from "@ghrunners/components";
import { Preflight } from "@ghrunners/components/resources/preflight";
import { loadSettings } from "@ghrunners/config/load";
import { describeRunner } from "@ghrunners/config/arguments/outputs";
import { logShipper } from "@ghrunners/config/arguments/log-shipping";
import { monitoringArgs, monitoringFiles } from "@ghrunners/config/arguments/monitoring";
import { preflightInputs } from "@ghrunners/config/arguments/preflight";
import { proofOf } from "@ghrunners/config/arguments/promotion";
import { manageRepositorySide } from "@ghrunners/config/arguments/repository-side";
import { makeTemplates } from "@ghrunners/config/arguments/templates";
import { makeDeliveryRunner } from "@ghrunners/config/arguments/delivery-runner";
import { poolArgs } from "@ghrunners/config/arguments/runners";
import { provedElsewhere } from "@ghrunners/config/promotion-demands";
import { refusals } from "@ghrunners/config/refusals";

const settings = loadSettings();

const proved = provedElsewhere(settings);

const preflight = new Preflight(
  "preflight",
  { ...preflightInputs(settings, pulumi.getStack()), refusals: refusals(settings, proved) },
  {},
);

const provider = new proxmoxve.Provider("proxmox", {
  endpoint: settings.proxmox.endpoint,
  apiToken: pulumi.secret(settings.proxmoxToken),
});

const shipper = logShipper(settings, { dependsOn: preflight });
const templates = makeTemplates(settings, { dependsOn: preflight });
const pool = new RunnerPool("runners", poolArgs(settings, shipper, proved, templates), {
  dependsOn: [preflight, ...templates.values()],
  provider,
});

const delivery = makeDeliveryRunner(settings, shipper, proved, templates, pool.groupId, {
  dependsOn: [preflight, pool],
  provider,
});

// What must have succeeded before this stack proves anything to the next one.
const everything: pulumi.Resource[] = [pool, ...manageRepositorySide(settings, { dependsOn: preflight })];

const monitoring = monitoringArgs(settings);
if (monitoring !== undefined) {
  const sshPrivateKey = pulumi.secret(settings.sshPrivateKey);
  // Rendered while the engine works on the preflight: loading the renderers takes a third of the program's start time.
  const files = preflight.urn.apply(() => monitoringFiles(settings));
  everything.push(new MonitoringHost("monitoring", { ...monitoring, sshPrivateKey, files }, { dependsOn: preflight }));
}

/** Every runner: name, role, address, VMID, labels, and its number and version at GitHub. */
export const runners = pool.runners.map(describeRunner);

/** The delivery runner, in the same form; null if the stack has none. */
export const deliveryRunner = delivery === undefined ? null : describeRunner(delivery);

/** When and how the secondaries were proved; null if there is nothing to prove. */
export const gate = pool.evidence ?? null;

/** What this stack proves for the next one (production's promotion.from); null if it gives no proof. */
export const proof = proofOf(settings, pool, { dependsOn: everything }) ?? null;
