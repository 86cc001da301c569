/** Reads everything that the doctor judges: this machine first, then all services and hosts side by side. */
import { preflightInputs } from "@ghrunners/config/arguments/preflight";
import { projectRoot } from "@ghrunners/core/project-root";
import { stackState } from "../drift/state";
import { settingsIn } from "./checks/all";
import { checkoutFiles } from "./checkout";
import type { DoctorFacts } from "./facts";
import { observeHosts, observeMonitoring, observeTargets } from "./observe-hosts";
import { observeOwn } from "./observe-own";
import { observeGitHub, observeProxmox } from "./observe-services";

/** Share of the time limit that Pulumi gets at most; all others get what is left, which is more as a rule. */
const OWN_SHARE = 0.5;

const NOTHING_MADE = stackState([]);

/** @param named stack name; undefined: the selected one @param wholeMs time limit for everything, milliseconds */
export async function observe(named: string | undefined, wholeMs: number): Promise<DoctorFacts> {
  const at = new Date();
  const own = await observeOwn(named, wholeMs * OWN_SHARE);
  const seen = { at, own, checkout: checkoutFiles(projectRoot) };
  const settings = settingsIn(own);
  if (settings === undefined || "error" in own.stack) return seen;
  const stack = own.stack.value;
  const inputs = { ...preflightInputs(settings, stack), refusals: [] };
  const made = "value" in own.state ? own.state.value.made : NOTHING_MADE;
  const limitMs = wholeMs - (Date.now() - at.getTime());
  const hasHosts = settings.hosts === "manage";
  const hostsAt = Date.now();
  const [proxmox, github, hosts, monitoring, targets] = await Promise.all([
    observeProxmox(settings, inputs, limitMs),
    observeGitHub(settings, inputs, seen.checkout, limitMs),
    hasHosts ? observeHosts(stack, settings, made, limitMs) : {},
    hasHosts ? observeMonitoring(stack, settings, made, limitMs) : undefined,
    hasHosts ? observeTargets(settings, limitMs) : [],
  ]);
  return { ...seen, proxmox, github, hosts, hostsAt, targets, ...(monitoring === undefined ? {} : { monitoring }) };
}
