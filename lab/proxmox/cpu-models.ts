/**
 * Processor types of a VM: which there are, and who may use which. Source: qemu-server 9, PVE/QemuServer/CPUConfig.pm,
 * PVE/API2/Qemu/CPU.pm and check_cpu_model_access of PVE/API2/Qemu.pm.
 */
import { requireAll, type Caller } from "./access";
import { parameterError } from "./api/errors";
import type { StoredVmConfig } from "./model";
import type { ProxmoxNode } from "./node";
import { readProperties } from "./property-string";
import { cpuFormat } from "./vm/formats";

const vendors = {
  GenuineIntel: [
    ...["486", "pentium", "pentium2", "pentium3", "coreduo", "core2duo", "Conroe", "Penryn", "Nehalem", "Nehalem-IBRS"],
    ...["Westmere", "Westmere-IBRS", "SandyBridge", "SandyBridge-IBRS", "IvyBridge", "IvyBridge-IBRS", "Haswell"],
    ...["Haswell-IBRS", "Haswell-noTSX", "Haswell-noTSX-IBRS", "Broadwell", "Broadwell-IBRS", "Broadwell-noTSX"],
    ...["Broadwell-noTSX-IBRS", "Skylake-Client", "Skylake-Client-IBRS", "Skylake-Client-noTSX-IBRS"],
    ...["Skylake-Client-v4", "Skylake-Server", "Skylake-Server-IBRS", "Skylake-Server-noTSX-IBRS"],
    ...["Skylake-Server-v4", "Skylake-Server-v5", "Cascadelake-Server", "Cascadelake-Server-v2"],
    ...["Cascadelake-Server-noTSX", "Cascadelake-Server-v4", "Cascadelake-Server-v5", "Cooperlake", "Cooperlake-v2"],
    ...["KnightsMill", "Icelake-Client", "Icelake-Client-noTSX", "Icelake-Server", "Icelake-Server-noTSX"],
    ...["Icelake-Server-v3", "Icelake-Server-v4", "Icelake-Server-v5", "Icelake-Server-v6", "SapphireRapids"],
    ...["SapphireRapids-v2", "GraniteRapids"],
  ],
  AuthenticAMD: [
    ...["athlon", "phenom", "Opteron_G1", "Opteron_G2", "Opteron_G3", "Opteron_G4", "Opteron_G5", "EPYC", "EPYC-IBPB"],
    ...["EPYC-v3", "EPYC-v4", "EPYC-Rome", "EPYC-Rome-v2", "EPYC-Rome-v3", "EPYC-Rome-v4", "EPYC-Milan"],
    ...["EPYC-Milan-v2", "EPYC-Genoa"],
  ],
  default: [
    ...["host", "kvm32", "kvm64", "qemu32", "qemu64", "max"],
    ...["x86-64-v2", "x86-64-v2-AES", "x86-64-v3", "x86-64-v4"],
  ],
} as const;

const builtIn = Object.entries(vendors).flatMap(([vendor, names]) =>
  names.map((name) => ({ name, vendor, custom: 0 })),
);

const isCustom = (name: string): boolean => name.startsWith("custom-");

/** What is wrong with the name of a type, as far as it is known without the node. */
export const cpuTypeProblem = (name: string): string | undefined =>
  isCustom(name) || builtIn.some((model) => model.name === name)
    ? undefined
    : `Built-in cputype '${name}' is not defined (missing 'custom-' prefix?)`;

/** Types that a caller sees: the cluster's own need Sys.Audit on /nodes. */
export function cpuModels({ seed }: ProxmoxNode, caller: Caller): unknown[] {
  if (!caller.privileges("/nodes").has("Sys.Audit")) return [...builtIn];
  const own = (seed.customCpuModels ?? []).map((name) => ({ name: `custom-${name}`, vendor: "default", custom: 1 }));
  return [...builtIn, ...own];
}

/** Name of the type in a checked value of the option `cpu`. */
export const cpuTypeIn = (cpu: string): string => readProperties(cpuFormat, cpu).cputype ?? "";

/**
 * A type of the cluster's own has to exist, and who chooses it needs Sys.Audit on /nodes; a change of something else
 * does not.
 * @throws ProxmoxApiError 400 or 403
 */
export function requireCpuModel(node: ProxmoxNode, caller: Caller, wanted: StoredVmConfig, had: StoredVmConfig): void {
  const name = wanted.cpu === undefined ? "" : cpuTypeIn(wanted.cpu);
  if (!isCustom(name)) return;
  const own = name.slice("custom-".length);
  if (!(node.seed.customCpuModels ?? []).includes(own))
    throw parameterError({ cpu: `invalid format - Custom cputype '${own}' not found` });
  if (had.cpu === undefined || cpuTypeIn(had.cpu) !== name) requireAll(caller, "/nodes", ["Sys.Audit"]);
}
