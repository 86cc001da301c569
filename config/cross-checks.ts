/**
 * Checks between settings: pure; finds all problems, throws nothing.
 */
import { TEMPLATE_VMIDS } from "@ghrunners/core/proxmox/image";
import { guardOverrides } from "@ghrunners/core/vocabulary/safety";
import { DELIVERY_ROLE, MAXIMUM_UNIT_NAME_LENGTH, runnerLabels, runnerUnit } from "@ghrunners/core/vocabulary/runner";
import { poolProblems } from "@ghrunners/components/runner/check-pool";
import { ANOTHER, sharedValues, stolenEnvironment, unreachableApi } from "./check-delivery-runner";
import type { DeliveryRunnerSettings } from "./delivery-runner";
import type { Problem } from "./problem";
import { blank, removeCommand, setCommand } from "./set-command";
import { formatAddress, isHostAddress, parseAddress, subnetOf } from "@ghrunners/core/vocabulary/ipv4";
import type { ParsedSettings } from "./schema";
import { secretProblems } from "./secrets";

/** A machine of the settings, and the path of its settings. */
interface Placed {
  readonly path: string;
  readonly name: string;
  readonly vmId: number;
  readonly address: string;
  readonly node?: string | undefined;
}

/** The runners, and the delivery runner. */
const placed = (runners: ParsedSettings["runners"], own: ParsedSettings["deliveryRunner"]): Placed[] => [
  ...runners.map((runner, index) => ({ ...runner, path: `runners[${index}]` })),
  ...(own === undefined ? [] : [{ ...own, path: "deliveryRunner" }]),
];

function addresses(
  machines: readonly Placed[],
  network: ParsedSettings["network"],
  monitoringHost: string | undefined,
): Problem[] {
  const gateway = parseAddress(network.gateway);
  if (gateway === undefined) return [];
  const subnet = subnetOf(gateway, network.prefixLength);
  const range = `${formatAddress(subnet.network + 1)} to ${formatAddress(subnet.broadcast - 1)}`;
  return machines.flatMap((runner) => {
    const value = parseAddress(runner.address);
    if (value === undefined) return [];
    const path = `${runner.path}.address`;
    if (value === gateway) return [{ path, seen: `${runner.address}, the gateway`, allowed: "an address of its own" }];
    if (runner.address === monitoringHost) {
      return [{ path, seen: `${runner.address}, the monitoring host`, allowed: "an address of its own" }];
    }
    return isHostAddress(value, subnet)
      ? []
      : [{ path, seen: runner.address, allowed: `in the gateway's subnet: ${range}` }];
  });
}

function unitNames(machines: readonly Placed[], github: ParsedSettings["github"]): Problem[] {
  return machines.flatMap(({ path, name }) => {
    const unit = runnerUnit(github.repository, name);
    return unit.length <= MAXIMUM_UNIT_NAME_LENGTH
      ? []
      : [
          {
            path: `${path}.name`,
            seen: `a name that makes the unit ${unit} (${unit.length} characters)`,
            allowed: `a unit name of at most ${MAXIMUM_UNIT_NAME_LENGTH} characters: GitHub shortens a longer one at random`,
          },
        ];
  });
}

/** A runner of deployments that had the delivery runner's label would get its jobs, with all that they may reach. */
function labels(
  { extraLabels }: ParsedSettings["agent"],
  environment: string,
  delivery: DeliveryRunnerSettings | undefined,
): Problem[] {
  const own = runnerLabels(environment, "primary").concat("secondary");
  // GitHub compares labels without case.
  const extra = extraLabels.map((label) => label.toLowerCase());
  const problems = extra.flatMap((label, index): Problem[] => {
    const path = `agent.extraLabels[${index}]`;
    const isStolen = delivery !== undefined && label === DELIVERY_ROLE;
    if (!isStolen && !own.includes(label) && extra.indexOf(label) === index) return [];
    const allowed = isStolen ? ANOTHER : "a label that the runner does not have already";
    return [{ path, seen: JSON.stringify(extraLabels[index]), allowed, next: removeCommand(path) }];
  });
  // The last one first: each removal moves the later entries.
  return problems.reverse();
}

type PinnedArchive = { readonly [K in "version" | "downloadUrl" | "sha256"]?: string | undefined };

/** @param path setting of the program that the archive holds */
function archive(path: string, pinned: PinnedArchive = {}): Problem[] {
  if (pinned.sha256 === undefined && pinned.downloadUrl === undefined) return [];
  const missing = (["version", "downloadUrl", "sha256"] as const).filter((name) => pinned[name] === undefined);
  const allowed = "version, downloadUrl and sha256 together, or neither downloadUrl nor sha256";
  return missing.map((name) => ({
    path: `${path}.${name}`,
    seen: "nothing",
    allowed,
    next: setCommand(`${path}.${name}`, blank(`${name} of that archive`)),
  }));
}

/** Without a receiver's address Alertmanager would notify no one. */
function monitoringHost({ monitoring, exporterToken }: WellFormed): Problem[] {
  if (monitoring === undefined) return [];
  const { alertmanager, fleetExporter } = monitoring;
  return [
    ...(alertmanager.manage && alertmanager.onCallUrl === undefined
      ? [
          {
            path: "monitoring.alertmanager.onCallUrl",
            seen: "nothing",
            allowed: "the webhook of on-call, because monitoring.alertmanager.manage is true",
            next: setCommand("monitoring.alertmanager.onCallUrl", blank("URL")),
          },
        ]
      : []),
    ...(fleetExporter && exporterToken === undefined
      ? [{ path: "exporterToken", seen: "nothing", allowed: "a token, because monitoring.fleetExporter is true" }]
      : []),
  ];
}

/** Without branches or tags, every ref could deploy. */
function refs({ deployment }: Pick<ParsedSettings, "deployment">): Problem[] {
  if (deployment === undefined || deployment.branches.length + deployment.tags.length > 0) return [];
  return [
    { path: "deployment.branches", seen: "neither branches nor tags", allowed: "at least one of them, else every ref" },
  ];
}

/** Production without reviewers, unless the configuration allows it explicitly. */
function reviewers(
  { deployment, safety }: Pick<ParsedSettings, "deployment" | "safety">,
  environment: string,
): Problem[] {
  const reviewed = (deployment?.reviewers.length ?? 0) > 0;
  if (environment !== "production" || reviewed || safety.allowUnreviewedProduction !== undefined) return [];
  const { words } = guardOverrides["production-reviewed"];
  return [
    {
      path: "deployment.reviewers",
      seen: "no one who approves a deployment to production",
      allowed: `at least one login, or safety.allowUnreviewedProduction: "${words}"`,
      next: setCommand("deployment.reviewers[0]", blank("login")),
    },
  ];
}

/**
 * Where the template comes from: one that exists, or an image.
 * @param proxmox as configured; what is wrong with its other settings does not hide this
 */
export function templateSource(proxmox: Readonly<Record<string, unknown>>): Problem[] {
  const { templateId, templates, image } = proxmox;
  if (templateId === undefined && image === undefined) {
    return [
      {
        path: "proxmox.templateId",
        seen: "neither proxmox.templateId nor proxmox.image",
        allowed: "the VMID of a template, or proxmox.image: the program then makes it (docs/how-to/template.md)",
      },
    ];
  }
  const both = (path: string): Problem => ({
    path,
    seen: `${path} and proxmox.image`,
    allowed: "one of them: with proxmox.image the program makes the templates",
    next: `pulumi config rm --path 'ghrunners:${path}', or pulumi config rm --path 'ghrunners:proxmox.image'`,
  });
  return [
    ...(image !== undefined && templateId !== undefined ? [both("proxmox.templateId")] : []),
    ...(image !== undefined && templates !== undefined ? [both("proxmox.templates")] : []),
  ];
}

/** Each node that is used has a template, and no runner has a template's number. */
function templates(machines: readonly Placed[], proxmox: ParsedSettings["proxmox"]): Problem[] {
  const { image } = proxmox;
  const others = proxmox.templates ?? {};
  const taken = [proxmox.templateId, ...Object.values(others)];
  const own = Object.hasOwn(others, proxmox.node)
    ? [
        {
          path: `proxmox.templates.${proxmox.node}`,
          seen: `${others[proxmox.node]}, for the node proxmox.node`,
          allowed: "other nodes only: proxmox.templateId is the template there",
          next: `pulumi config rm --path 'ghrunners:proxmox.templates.${proxmox.node}'`,
        },
      ]
    : [];
  const lacking = new Set(
    image === undefined ? machines.flatMap(({ node = proxmox.node }) => (node in others ? [] : [node])) : [],
  );
  lacking.delete(proxmox.node);
  const made = image && { first: image.firstVmId, last: image.firstVmId + TEMPLATE_VMIDS - 1 };
  return [
    ...own,
    ...[...lacking].map((node) => ({
      path: `proxmox.templates.${node}`,
      seen: "nothing",
      allowed: `the VMID of the template on node ${node}, because a runner is placed there`,
      next: `pulumi config set --path 'ghrunners:proxmox.templates.${node}' VMID`,
    })),
    ...machines.flatMap(({ path, vmId }) =>
      taken.includes(vmId)
        ? [{ path: `${path}.vmId`, seen: `${vmId}, the template's`, allowed: "a VMID of its own" }]
        : made !== undefined && vmId >= made.first && vmId <= made.last
          ? [
              {
                path: `${path}.vmId`,
                seen: `${vmId}, one of the VMIDs of templates`,
                allowed: `a VMID outside ${made.first} to ${made.last}, or another proxmox.image.firstVmId`,
              },
            ]
          : [],
    ),
  ];
}

/** Groups that are well formed by themselves; the others are reported already and are left out here. */
export type WellFormed = Partial<ParsedSettings>;

function ofSecrets({ deployment, repository, ...groups }: WellFormed): Problem[] {
  const { secrets, targets, secretValues, secretGenerations } = groups;
  if (!secrets || !targets || !secretValues || !secretGenerations || !repository) return [];
  const manages = { environment: deployment !== undefined, repository: repository.manage };
  return secretProblems({ secrets, targets, secretValues, secretGenerations, manages });
}

function deliveryProblems(own: DeliveryRunnerSettings, groups: WellFormed, environment: string): Problem[] {
  const { runners, proxmox } = groups;
  return [
    ...(runners === undefined ? [] : sharedValues(own, runners)),
    ...stolenEnvironment(environment),
    ...(proxmox === undefined ? [] : unreachableApi(own, proxmox.endpoint)),
  ];
}

/** Runs each check whose groups are all well formed. */
export function crossCheck(groups: WellFormed, environment: string): Problem[] {
  const { runners, deliveryRunner, proxmox, network, github, agent, safety } = groups;
  const machines = runners && placed(runners, deliveryRunner);
  return [
    ...(runners === undefined ? [] : poolProblems(runners)),
    ...(machines === undefined || proxmox === undefined ? [] : templates(machines, proxmox)),
    ...(machines === undefined || network === undefined ? [] : addresses(machines, network, groups.monitoring?.host)),
    ...(machines === undefined || github === undefined ? [] : unitNames(machines, github)),
    ...(deliveryRunner === undefined ? [] : deliveryProblems(deliveryRunner, groups, environment)),
    ...archive("deliveryRunner.pulumi", deliveryRunner?.pulumi),
    ...(agent === undefined ? [] : [...labels(agent, environment, deliveryRunner), ...archive("agent", agent)]),
    // A missing optional group is well formed; a malformed one is not among the groups.
    ...monitoringHost(groups),
    ...refs({ deployment: groups.deployment }),
    ...(safety === undefined || !("deployment" in groups)
      ? []
      : reviewers({ deployment: groups.deployment, safety }, environment)),
    ...ofSecrets(groups),
  ];
}
