/**
 * Names of processor types as Proxmox VE takes them. Pure. Source: qemu-server, PVE/QemuServer/CPUConfig.pm,
 * validate_vm_cpu_conf and get_cpu_models.
 */

/** Type of a VM that no setting gives another one: every node of Proxmox VE 8 and newer offers it, on any x86-64 of 2011. */
export const USUAL_CPU_TYPE = "x86-64-v2-AES";

/** The form, in words. */
export const CPU_TYPE_FORM = "a processor type of Proxmox VE, such as x86-64-v3, host or custom-NAME";

/** Whether a text can name a type; which types there are, only a node can say. */
export const isCpuType = (name: string): boolean =>
  /^(custom-[A-Za-z0-9._-]+|(?!custom-)[A-Za-z0-9][A-Za-z0-9._-]*)$/.test(name);

/** Whether the type is one of the cluster's own, in `/etc/pve/virtual-guest/cpu-models.conf`. */
export const isCustomCpuType = (name: string): boolean => name.startsWith("custom-");

/** The type where it is not the usual one: what is recorded and compared stays the same for everybody else. */
export const unusualCpuType = (name: string | undefined): string | undefined =>
  name === USUAL_CPU_TYPE ? undefined : name;
