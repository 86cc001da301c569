import type { StackSettings } from "./engine-run";

/**
 * Settings of a run that must be refused, as with machines. Were it ever let through, the steps that follow would look
 * for the machines on this host's loopback, and find none.
 */
export const hostsOnLoopback: StackSettings = {
  hosts: "manage",
  "network.gateway": "127.0.0.1",
  "network.adminCidr": "127.0.0.1/32",
  monitoring: undefined,
  "runners[0].address": "127.0.0.51",
  "runners[1].address": "127.0.0.52",
};
