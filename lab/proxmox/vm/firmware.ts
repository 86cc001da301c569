import type { ProxmoxNode } from "../node";
import type { Drive } from "./config";
import { allocatedBytes, requireStorage } from "./storage";

/** Sizes of OVMF's images of its variables (pve-edk2-firmware, OVMF_VARS_4M.fd and OVMF_VARS.fd). */
const efiVariableBytes: Readonly<Record<string, number>> = { "4m": 528 * 1024, "2m": 128 * 1024 };

/** Size of a TPM's state (qemu-server, PVE::QemuServer::Drive::TPMSTATE_DISK_SIZE). */
const tpmStateBytes = 4 * 2 ** 20;

/**
 * Size on a storage of a volume that the firmware keeps its state in, whatever size was asked for (qemu-server,
 * PVE::API2::Qemu, `$create_disks`, and PVE::QemuServer, clone_disk).
 * @returns undefined for a disk or a CD
 */
export function firmwareBytes(node: ProxmoxNode, { slot, properties }: Drive, storage: string): number | undefined {
  const bytes =
    slot === "efidisk0"
      ? efiVariableBytes[properties.efitype ?? "2m"]
      : slot === "tpmstate0"
        ? tpmStateBytes
        : undefined;
  return bytes === undefined ? undefined : allocatedBytes(requireStorage(node, storage), bytes);
}
