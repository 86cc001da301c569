import { type Guard, isProduction } from "../guard";

export const productionVmProtected: Guard = {
  name: "production-vm-protected",
  description: "A VM of production is protected: the engine then refuses to delete or replace it.",
  types: ["proxmoxve:index/vmLegacy:VmLegacy"],
  judge: ({ protect }, { environment }) =>
    isProduction(environment) && !protect ? ["The VM is not protected. Expected safety.protect: true."] : [],
};
