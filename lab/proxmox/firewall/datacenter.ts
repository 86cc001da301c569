/**
 * The firewall of the datacenter as `pvesh` shows and changes it: its switch and its IP sets. Without the switch no VM's
 * rules have an effect. Pure. Source: pve-firewall, PVE/API2/Firewall/Cluster.pm and IPSet.pm.
 */

export interface DatacenterFirewall {
  readonly isOn: boolean;
  /** Addresses and networks by the name of their set. */
  readonly ipsets: Readonly<Record<string, readonly string[]>>;
}

type Values = Readonly<Record<string, string | undefined>>;

const SETS = "/cluster/firewall/ipset";
const OPTIONS = "/cluster/firewall/options";

/** Text of Perl's `JSON->canonical`, as `pvesh --output-format json` prints it. */
const canonical = (value: Readonly<Record<string, string | number>>): string =>
  JSON.stringify(Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))));

/** Proxmox VE keeps a single address without its length. Source: pve-firewall, PVE/Firewall.pm, parse_ip_or_cidr. */
const normalised = (cidr: string): string => cidr.replace(/\/32$/, "");

function setAt({ ipsets }: DatacenterFirewall, path: string): readonly [string, readonly string[]] {
  const name = path.slice(SETS.length + 1);
  const members = ipsets[name];
  if (members === undefined) throw new Error(`no such IPSet '${name}'`);
  return [name, members];
}

/** Whether a path of the API is one of these. */
export const isDatacenterFirewall = (path: string): boolean => path === OPTIONS || `${path}/`.startsWith(`${SETS}/`);

/** What `pvesh get PATH --output-format json` prints. @throws Error with Proxmox VE's words */
export function getAt(path: string, firewall: DatacenterFirewall): string {
  if (path === OPTIONS) return `${canonical(firewall.isOn ? { enable: 1 } : {})}\n`;
  if (path === SETS)
    return `[${Object.keys(firewall.ipsets)
      .map((name) => canonical({ name }))
      .join()}]\n`;
  const [, members] = setAt(firewall, path);
  return `[${members.map((cidr) => canonical({ cidr })).join()}]\n`;
}

/** What is there after `pvesh create PATH`. @throws Error with Proxmox VE's words */
export function createdAt(path: string, { name, cidr }: Values, firewall: DatacenterFirewall): DatacenterFirewall {
  if (path === SETS) {
    if (name === undefined)
      throw new Error("400 not enough arguments\nname: property is missing and it is not optional");
    if (name in firewall.ipsets) throw new Error(`IPSet '${name}' already exists`);
    return { ...firewall, ipsets: { ...firewall.ipsets, [name]: [] } };
  }
  const [set, members] = setAt(firewall, path);
  if (!/^\d{1,3}(\.\d{1,3}){3}(\/\d{1,2})?$/.test(cidr ?? ""))
    throw new Error(`400 Parameter verification failed.\ncidr: value does not look like a valid IPv4 address or CIDR`);
  const added = normalised(cidr ?? "");
  if (members.includes(added)) throw new Error(`address '${added}' already exists`);
  return { ...firewall, ipsets: { ...firewall.ipsets, [set]: [added, ...members] } };
}

/** What is there after `pvesh set PATH`. @throws Error with Proxmox VE's words */
export function changedAt(path: string, { enable }: Values, firewall: DatacenterFirewall): DatacenterFirewall {
  if (path !== OPTIONS) throw new Error(`No 'set' handler defined for '${path}'`);
  if (!/^\d+$/.test(enable ?? ""))
    throw new Error("400 Parameter verification failed.\nenable: type check ('integer') failed");
  return { ...firewall, isOn: enable !== "0" };
}
