/** Proxmox VE: reached, token, privileges, node, storage, template, firewall. The preflight judges most of it. Pure. */
import type { PreflightInputs } from "@ghrunners/components/preflight/args";
import { judgeProxmox } from "@ghrunners/components/preflight/judge";
import type { PreflightProblem } from "@ghrunners/components/preflight/observation";
import { type DoctorCheck, ok, fromMessage, type DoctorVerdict, warning } from "../check";
import { judgeExpiry } from "../expiry";
import type { ProxmoxFacts } from "../facts";
import { reachedChecks } from "./services";

const RENEW_TOKEN = "pulumi config set --secret ghrunners:proxmoxToken";

function judgeToken({ seen: { guests }, tokenExpires }: ProxmoxFacts, at: Date): DoctorVerdict {
  if ("error" in guests)
    return fromMessage(guests.status === 401 ? "problem" : "unknown", guests.error, "ghrunners doctor once more");
  if ("error" in tokenExpires)
    return ok("accepted; Proxmox VE shows its end only to an administrator (pveum user token list USER)");
  if (tokenExpires.value === 0) return ok("accepted, without an end");
  return judgeExpiry("the token", tokenExpires.value * 1000, at, RENEW_TOKEN);
}

function judgeFirewall(
  { seen: { firewall } }: ProxmoxFacts,
  problems: readonly DoctorVerdict[],
): DoctorVerdict | readonly DoctorVerdict[] {
  if ("error" in firewall) return fromMessage("unknown", firewall.error, "ghrunners doctor once more");
  if (problems.length > 0) return problems;
  if (firewall.value === undefined)
    return warning("not shown to this token", "give the token's role Sys.Audit on /, Datacenter > Permissions");
  return ok(firewall.value ? "on" : "off, as network.requireFirewall allows");
}

function judgeStorage(
  { seen: { storages } }: ProxmoxFacts,
  name: string,
  problems: readonly DoctorVerdict[],
): DoctorVerdict | readonly DoctorVerdict[] {
  const unread = [...storages.values()].flatMap((storage) => ("error" in storage ? [storage.error] : []));
  if (unread.length > 0) return unread.map((error) => fromMessage("unknown", error, "ghrunners doctor once more"));
  if (problems.length > 0) return problems;
  const free = [...storages].map(([node, storage]) =>
    "error" in storage ? node : `${(storage.value.avail / 2 ** 30).toFixed(0)} GiB free on ${node}`,
  );
  return ok(`${name}: ${free.join(", ")}`);
}

/** The node of one runner, where that is not the usual one. */
const ANOTHER_NODE = /^runners\[\d+\]\.node$/;

/** @param inputs as the preflight gets them */
export function proxmoxChecks(facts: ProxmoxFacts, inputs: PreflightInputs, at: Date): DoctorCheck[] {
  const stage = "proxmox";
  const { endpoint, node, storage, templateId, image } = inputs.proxmox;
  // Judged once; without guests every part would repeat the refusal that the check of the token reports.
  const problems = "error" in facts.seen.guests ? [] : judgeProxmox(inputs, facts.seen);
  const about = (belongs: (setting: string) => boolean): DoctorVerdict[] =>
    problems
      .filter(({ setting }: PreflightProblem) => belongs(setting))
      .map(({ reason }) => fromMessage("problem", reason, "pulumi preview"));
  const either = (found: readonly DoctorVerdict[], good: string): DoctorVerdict | readonly DoctorVerdict[] =>
    found.length > 0 ? found : ok(good);
  const { nodes, missingPrivileges } = facts.seen;
  const used = [...new Set(inputs.runners.map((runner) => runner.node))].join(", ") || node;
  const again = "ghrunners doctor once more";
  const needs = ["proxmox-token"];
  return [
    ...reachedChecks(stage, endpoint, facts.certificate, {
      at,
      check: `curl --head ${endpoint}`,
      renew: `on the node ${node}: pvenode acme cert renew, or pvecm updatecerts --force`,
    }),
    {
      id: "proxmox-token",
      stage,
      expected: "a token that Proxmox VE accepts",
      needs: ["proxmox-certificate"],
      judge: () => judgeToken(facts, at),
    },
    {
      id: "proxmox-node",
      stage,
      expected: `online: ${used}`,
      needs,
      judge: () =>
        "error" in nodes
          ? fromMessage("unknown", nodes.error, again)
          : either(
              about((setting) => setting === "proxmox.node" || ANOTHER_NODE.test(setting)),
              `${used} online`,
            ),
    },
    {
      id: "proxmox-privileges",
      stage,
      expected: "every privilege that docs/reference/security.md lists",
      needs,
      judge: () =>
        "error" in missingPrivileges
          ? fromMessage("unknown", missingPrivileges.error, again)
          : either(
              about((setting) => setting === "proxmox").filter(({ seen }) => seen.startsWith("the API token lacks ")),
              "the token has them all",
            ),
    },
    {
      id: "proxmox-template",
      stage,
      expected: "a template from which machines can be cloned",
      needs,
      judge: () =>
        either(
          about((setting) => /^proxmox\.(template(Id|s\.)|image)/.test(setting)),
          image === undefined ? `VM ${templateId}` : `VM ${templateId}, which the program makes of ${image.url}`,
        ),
    },
    {
      id: "proxmox-storage",
      stage,
      expected: "a reachable storage for disks, with space for what is still to be made",
      needs: [...needs, "proxmox-node"],
      judge: () =>
        judgeStorage(
          facts,
          storage,
          about((setting) => setting === "proxmox.storage"),
        ),
    },
    {
      id: "proxmox-firewall",
      stage,
      expected: "the datacenter's firewall on",
      needs,
      judge: () =>
        judgeFirewall(
          facts,
          about((setting) => setting === "network.requireFirewall"),
        ),
    },
    {
      id: "proxmox-places",
      stage,
      expected: "VMIDs and addresses that no one else uses",
      needs,
      judge: () =>
        either(
          about((setting) => setting.startsWith("runners[") && !ANOTHER_NODE.test(setting)),
          "no one else uses the runners' VMIDs and addresses",
        ),
    },
  ];
}
