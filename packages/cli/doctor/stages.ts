/** The stages in the order in which they depend on each other, with their headings. */
export const stages = {
  own: "This machine and the stack",
  proxmox: "Proxmox VE",
  github: "GitHub",
  runners: "Runners",
  monitoring: "Monitoring host",
  targets: "Deployment targets",
  changes: "Secrets, and changes by hand",
} as const;

export type DoctorStage = keyof typeof stages;
