import { failure } from "../api/errors";
import type { ProxmoxCall, ProxmoxRoute } from "../api/route";
import type { Parameter } from "../api/schema";
import { addEntry, changeEntry, entryOf, putSet, removeSet, requireSet, setEntry, setName } from "../firewall/sets";
import type { FirewallSetEntry } from "../model";
import { changeFirewall, digestOf, readFirewall } from "./firewall";

const text: Parameter = { type: "string", optional: true };
const flag: Parameter = { type: "boolean", optional: true };
const sets = "/nodes/{node}/qemu/{vmid}/firewall/ipset";
const set = `${sets}/{name}`;
/** The length of a network stands behind a slash of its own. */
const entry = `${set}/{path}`;

function listOf(call: ProxmoxCall): object[] {
  const all = Object.entries(readFirewall(call).sets ?? {}).sort(([one], [other]) => (one < other ? -1 : 1));
  const list = all.map(([name, { comment }]) => ({ name, ...(comment ? { comment } : {}) }));
  return list.map((each) => ({ ...each, digest: digestOf(list) }));
}

const shown = ({ cidr, nomatch, comment }: FirewallSetEntry): object => ({
  ...{ cidr, ...(nomatch === true && { nomatch: 1 }), ...(comment !== undefined && { comment }) },
});

const entryIn = (cidr: string, { values: { nomatch, comment } }: ProxmoxCall): FirewallSetEntry => ({
  ...{ cidr, ...(nomatch === "1" && { nomatch: true }), ...(comment && { comment }) },
});

/** @throws ProxmoxApiError 500 if the list is another one than the caller has seen */
function requireDigest({ values }: ProxmoxCall, list: unknown): void {
  if (values.digest !== undefined && values.digest !== digestOf(list))
    throw failure("detected modified configuration - file changed by other user? Try again.");
}

const nameOf = ({ path }: ProxmoxCall): string => path.name ?? "";
const cidrOf = ({ path }: ProxmoxCall): string => path.path ?? "";

/** IP sets of a VM's firewall. */
export const firewallSetRoutes: readonly ProxmoxRoute[] = [
  { method: "GET", path: sets, parameters: {}, handle: listOf },
  {
    method: "POST",
    path: sets,
    emptyIsAbsent: true,
    parameters: { name: setName, comment: text, digest: text, rename: { ...setName, optional: true } },
    handle: (call) =>
      changeFirewall(call, (firewall) => {
        const { name = "", comment, rename } = call.values;
        return putSet(firewall, { name, ...(comment && { comment }), ...(rename && { rename }) });
      }),
  },
  {
    method: "GET",
    path: set,
    parameters: {},
    handle: (call) => {
      const list = requireSet(readFirewall(call), nameOf(call)).entries.map(shown);
      return list.map((each) => ({ ...each, digest: digestOf(list) }));
    },
  },
  {
    method: "POST",
    path: set,
    emptyIsAbsent: true,
    parameters: { cidr: setEntry, nomatch: flag, comment: text },
    handle: (call) =>
      changeFirewall(call, (firewall) => addEntry(firewall, nameOf(call), entryIn(call.values.cidr ?? "", call))),
  },
  {
    method: "DELETE",
    path: set,
    parameters: { force: flag },
    handle: (call) => changeFirewall(call, (firewall) => removeSet(firewall, nameOf(call), call.values.force === "1")),
  },
  {
    method: "GET",
    path: entry,
    parameters: {},
    handle: (call) => shown(entryOf(readFirewall(call), nameOf(call), cidrOf(call))),
  },
  {
    method: "PUT",
    path: entry,
    emptyIsAbsent: true,
    parameters: { nomatch: flag, comment: text, digest: text },
    handle: (call) =>
      changeFirewall(call, (firewall) => {
        requireDigest(call, requireSet(firewall, nameOf(call)).entries.map(shown));
        entryOf(firewall, nameOf(call), cidrOf(call));
        return changeEntry(firewall, nameOf(call), cidrOf(call), entryIn(cidrOf(call), call));
      }),
  },
  {
    method: "DELETE",
    path: entry,
    parameters: { digest: text },
    handle: (call) =>
      changeFirewall(call, (firewall) => {
        requireDigest(call, requireSet(firewall, nameOf(call)).entries.map(shown));
        return changeEntry(firewall, nameOf(call), cidrOf(call), undefined);
      }),
  },
];
