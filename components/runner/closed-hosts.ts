/**
 * Hosts that jobs have no business on. The VM's firewall opens TCP 80 and 443 to everywhere, because GitHub and mirrors
 * have no fixed addresses; these are left out of that, so a job finds no console, no API and no proxy there. Pure.
 */
import { parseAddress, parseCidr } from "@ghrunners/core/vocabulary/ipv4";

export interface HostsKnown {
  /** Addresses from the settings. */
  readonly closed: readonly string[];
  readonly monitoringAddress?: string | undefined;
  /** URL of Proxmox VE's API. Closed where it names an address: a firewall knows no names. */
  readonly proxmoxEndpoint?: string | undefined;
  /** URL of GitHub, which jobs do need. */
  readonly githubUrl: string;
}

/** Hostname of a URL; of what is no URL the empty text. */
const hostOf = (url = ""): string => (URL.canParse(url) ? new URL(url).hostname : "");

/** @returns IPv4 addresses, each once, in a fixed order */
export function closedHosts({ closed, monitoringAddress, proxmoxEndpoint, githubUrl }: HostsKnown): string[] {
  const hosts = [...closed, monitoringAddress ?? "", hostOf(proxmoxEndpoint)];
  return [...new Set(hosts)].filter((host) => parseAddress(host) !== undefined && host !== hostOf(githubUrl)).sort();
}

/**
 * Of the closed hosts those that no job needs on any port: none of its DNS servers, none that `egress` opens for jobs.
 */
export function closedToJobs(
  hosts: readonly string[],
  nameservers: readonly string[],
  egress: readonly { readonly to: string; readonly forJobs?: boolean | undefined }[],
): string[] {
  const opened = egress.filter(({ forJobs }) => forJobs !== false).flatMap(({ to }) => parseCidr(to) ?? []);
  return hosts.filter((host) => {
    const address = parseAddress(host) ?? NaN;
    const isOpen = opened.some(({ network, broadcast }) => address >= network && address <= broadcast);
    return !isOpen && !nameservers.includes(host);
  });
}
