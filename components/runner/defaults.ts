import { USUAL_CPU_TYPE } from "@ghrunners/core/proxmox/cpu-type";
import { SMOKE_WORKFLOW } from "@ghrunners/core/vocabulary/runner";

/** Defaults of a runner's arguments. The configuration's schema uses them too. Pure data. */
export const defaults = {
  githubUrl: "https://github.com",
  proxmox: { storage: "local-lvm", bridge: "vmbr0" },
  image: { storage: "local", firstVmId: 9000 },
  network: { prefixLength: 24, requireFirewall: true },
  vm: { cores: 4, memoryMiB: 8192, diskGiB: 50, cpuType: USUAL_CPU_TYPE, user: "runner" },
  agent: {
    allowedEvents: ["push", "workflow_dispatch", "schedule", "release", "deployment", "repository_dispatch"],
    allowedRefs: ["refs/heads/*", "refs/tags/*"],
  },
  limits: { drainMinutes: 30, onlineSeconds: 120 },
  smoke: { workflow: SMOKE_WORKFLOW, timeoutSeconds: 300 },
};
