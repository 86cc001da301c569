/** Looks at Proxmox VE, GitHub and the monitoring host with the given answers. Read-only. */
import { zoneIn } from "@ghrunners/components/preflight/bridge-zone";
import { existsSync } from "node:fs";
import path from "node:path";
import { judgeGitHub, judgeProxmox } from "@ghrunners/components/preflight/judge";
import { imposedActions } from "@ghrunners/components/preflight/actions-policy";
import { gateNotices } from "@ghrunners/components/preflight/gate-machine";
import { judgeDeployment, noticesOf } from "@ghrunners/components/preflight/judge-deployment";
import { observeGitHub, observeProxmox } from "@ghrunners/components/preflight/observe";
import { judgeRunnerGroup } from "@ghrunners/components/preflight/judge-runner-group";
import { observeRunnerGroup } from "@ghrunners/components/preflight/observe-runner-group";
import { observeDeployment } from "@ghrunners/components/preflight/observe-deployment";
import type { PreflightInputs } from "@ghrunners/components/preflight/args";
import { guardFacts } from "@ghrunners/config/arguments/guard-facts";
import { preflightInputs } from "@ghrunners/config/arguments/preflight";
import type { Settings } from "@ghrunners/config/parse";
import { type GitHubSettings, repositoryOf } from "@ghrunners/core/github/repository";
import { GitHubClient } from "@ghrunners/core/github/client";
import type { RepositoryKind } from "@ghrunners/core/github/repository-kind";
import { actionsEnabled } from "@ghrunners/core/github/settings";
import { projectRoot } from "@ghrunners/core/project-root";
import { ProxmoxClient } from "@ghrunners/core/proxmox/client";
import { judge } from "@ghrunners/policy/judge";
import { readWorkflows } from "@ghrunners/policy/workflows";
import { grafanaNotices, lackingServices } from "../setup/lacking-services";
import { lookAtMonitoring } from "../setup/look-monitoring";
import type { WatchedEnvironment } from "../setup/monitoring-seen";
import { takenParts } from "../setup/other-stacks";
import { explainCertificate, untrustedCertificate } from "./certificate";
import { type InitFinding, fromPreflight, refusal, toPrepare } from "./findings";
import type { ProxmoxOffer } from "./propose";

/** What the checks found, and what they noticed besides. */
export interface SystemsSeen {
  readonly findings: readonly InitFinding[];
  readonly notices: readonly string[];
}

/**
 * What Proxmox VE offers to the token.
 * @throws Error in words: no answer, a certificate that is not trusted, a token that is refused
 */
export async function readOffer(endpoint: string, token: string): Promise<ProxmoxOffer> {
  const untrusted = await untrustedCertificate(endpoint);
  if (untrusted !== undefined) throw new Error(explainCertificate(endpoint, untrusted));
  const proxmox = new ProxmoxClient({ endpoint, token });
  const [guests, nodes, permissions] = await Promise.all([proxmox.guests(), proxmox.nodes(), proxmox.permissions()]);
  const online = nodes.filter(({ online: isOn }) => isOn).map(({ node }) => node);
  const storages = online.map(async (node) => {
    const seen = await proxmox.storages(node).catch(() => []);
    return [node, seen.filter(({ content }) => content.includes("images")).map(({ storage }) => storage)] as const;
  });
  const bridges = [...permissions].flatMap(([place, held]) => {
    const bridge = zoneIn(place)?.bridge;
    return bridge !== undefined && held.has("SDN.Use") ? [bridge] : [];
  });
  return {
    nodes: online,
    templates: guests.filter(({ template }) => template).map(({ vmid: vmId, name, node }) => ({ vmId, name, node })),
    storages: Object.fromEntries(await Promise.all(storages)),
    bridges,
  };
}

/** VMIDs of guests that the token may not see. */
async function hiddenGuests(
  proxmox: ProxmoxClient,
  inputs: PreflightInputs,
  seen: readonly number[],
): Promise<InitFinding[]> {
  const unseen = inputs.runners.map(({ vmId }, index) => ({ vmId, index })).filter(({ vmId }) => !seen.includes(vmId));
  const found = unseen.map(async ({ vmId, index }) =>
    (await proxmox.isFreeVmId(vmId).catch(() => true))
      ? []
      : [
          refusal(
            `runners[${index}].vmId`,
            `VMID ${vmId} is used by a guest that the token may not see. Expected a free one.`,
          ),
        ],
  );
  return (await Promise.all(found)).flat();
}

/** What the preview would say about Proxmox VE. */
export async function atProxmox(
  settings: { readonly proxmox: Pick<Settings["proxmox"], "endpoint">; readonly proxmoxToken: string },
  inputs: PreflightInputs,
): Promise<InitFinding[]> {
  const { endpoint } = settings.proxmox;
  const untrusted = await untrustedCertificate(endpoint);
  if (untrusted !== undefined) return [refusal("proxmox.endpoint", explainCertificate(endpoint, untrusted))];
  const proxmox = new ProxmoxClient({ endpoint, token: settings.proxmoxToken });
  const seen = await observeProxmox(proxmox, inputs);
  const findings = fromPreflight(judgeProxmox(inputs, seen), "error" in seen.guests);
  if ("error" in seen.guests) return findings;
  return [
    ...findings,
    ...(await hiddenGuests(
      proxmox,
      inputs,
      seen.guests.value.map(({ vmid }) => vmid),
    )),
  ];
}

async function actionsFindings(github: GitHubClient, repository: string): Promise<InitFinding[]> {
  // A token without that permission is reported by the request for a registration token.
  if (await actionsEnabled(github).catch(() => true)) return [];
  return [
    toPrepare(
      "github.repository",
      `GitHub Actions is off for ${repository}. Expected it on. Next: allow it in the repository's settings, Actions > General`,
    ),
  ];
}

/**
 * What the preview would say about GitHub.
 * @param known names of the stack's existing runners
 */
export async function atGitHub(
  settings: { readonly github: GitHubSettings; readonly githubToken: string },
  inputs: PreflightInputs,
  known: readonly string[],
): Promise<SystemsSeen & { readonly kind: RepositoryKind | undefined }> {
  const where = repositoryOf(settings.github);
  const github = new GitHubClient(where, settings.githubToken);
  const managesRepository = inputs.deployment.environment !== undefined || inputs.deployment.rules !== undefined;
  const { runnerGroup, repository } = settings.github;
  const [seen, deployment, group, ofActions] = await Promise.all([
    observeGitHub(github, inputs),
    managesRepository ? observeDeployment(github, inputs.deployment, where.url) : undefined,
    runnerGroup === undefined ? undefined : observeRunnerGroup(github, runnerGroup, where.url),
    actionsFindings(github, where.fullName),
  ]);
  const ofGroup =
    group === undefined || runnerGroup === undefined
      ? []
      : judgeRunnerGroup({ repository, runnerGroup }, group, known.length > 0);
  const cannotLook = "error" in seen.repository;
  const imposed = imposedActions(deployment?.policy, inputs.deployment.rules, known.length > 0);
  const problems = [
    ...imposed.problems,
    ...judgeGitHub(inputs, seen, known),
    ...ofGroup,
    ...(deployment === undefined ? [] : judgeDeployment(inputs.deployment, deployment)),
  ];
  const unique = problems.filter(({ reason }, at) => problems.findIndex((each) => each.reason === reason) === at);
  const kind = deployment !== undefined && "value" in deployment.kind ? deployment.kind.value : undefined;
  return {
    findings: [...fromPreflight(unique, cannotLook), ...(cannotLook ? [] : ofActions)],
    notices: [
      ...(kind === undefined ? [] : noticesOf(where.fullName, inputs.deployment, kind)),
      ...gateNotices(deployment?.gate, inputs),
      ...imposed.notices,
    ],
    kind,
  };
}

/**
 * SSH to the monitoring host, its services, and what other stacks have there. Nothing where the stack has none, or leaves hosts alone.
 * @throws Error in words if it cannot be looked at
 */
export async function atMonitoring(
  monitoring: Settings["monitoring"],
  privateKey: string,
  watched: WatchedEnvironment,
): Promise<SystemsSeen> {
  if (monitoring === undefined) return { findings: [], notices: [] };
  const { host, user, hostKey } = monitoring;
  const seen = await lookAtMonitoring({ host, user, hostKey }, privateKey, monitoring);
  return {
    findings: [...lackingServices(seen, monitoring), ...takenParts(seen, { ...watched, ...monitoring })].map((reason) =>
      toPrepare("monitoring", reason),
    ),
    notices: grafanaNotices(seen, monitoring),
  };
}

/** The same, where a host that cannot be looked at is a wrong answer. */
async function atMonitoringOf(settings: Settings): Promise<SystemsSeen> {
  const { monitoring, hosts, sshPrivateKey, github, environment } = settings;
  if (hosts === "skip") return { findings: [], notices: [] };
  try {
    return await atMonitoring(monitoring, sshPrivateKey, { repository: github.repository, environment });
  } catch (error) {
    return { findings: [refusal("monitoring", (error as Error).message)], notices: [] };
  }
}

/** Reasons of the guards, which the preview would refuse with. */
function guardFindings(settings: Settings): InitFinding[] {
  const folder = path.join(projectRoot, ".github", "workflows");
  const facts = guardFacts(settings, {
    workflows: () => (existsSync(folder) ? readWorkflows(folder) : []),
    // The passphrase of a stack is judged where it is made.
    passphraseIsEmpty: false,
  });
  return judge(facts, settings.safety).refusals.map((reason) => toPrepare("safety", reason));
}

/**
 * Everything that would stop `pulumi up`, and what the kind of repository means.
 * @param stack name of the stack
 * @param known names of the stack's existing runners, which may be online
 */
export async function inspectEverything(
  settings: Settings,
  stack: string,
  known: readonly string[],
): Promise<SystemsSeen> {
  const inputs: PreflightInputs = { ...preflightInputs(settings, path.basename(stack)), refusals: [] };
  const [ofProxmox, ofGitHub, ofMonitoring] = await Promise.all([
    atProxmox(settings, inputs),
    atGitHub(settings, inputs, known),
    atMonitoringOf(settings),
  ]);
  return {
    findings: [...ofProxmox, ...ofGitHub.findings, ...ofMonitoring.findings, ...guardFindings(settings)],
    notices: [...ofGitHub.notices, ...ofMonitoring.notices],
  };
}
