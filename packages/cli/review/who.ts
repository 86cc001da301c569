/** Who fills in what no record has. */
export const who = {
  requester: "the person who asked for the deployment",
  deployer: "the person who deployed",
  onCall: "the SRE on call",
  reviewer: "the SRE who reviews",
  owner: "the team that owns the application",
  gate: "whoever has the gate's decision (`--gate FILE`)",
} as const;
