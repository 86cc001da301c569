/** Who fills in what is not recorded. */
export const responsible = {
  requester: "the person who asked for the deployment",
  deployer: "the person who deployed",
  onCall: "the SRE on call",
  reviewer: "the SRE who reviews",
  owner: "the team that owns the application",
  gate: "the person who has the gate's decision (`--gate FILE`)",
} as const;
