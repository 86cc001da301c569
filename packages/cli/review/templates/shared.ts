import type { Part } from "../template";
import { responsible } from "../responsible";

/** Identifies the deployment. */
export const identity: readonly Part[] = [
  { fact: "Deployment", source: "deployment.id" },
  { fact: "Application", source: "deployment.application" },
  { fact: "Environment", source: "deployment.environment" },
  { fact: "Target", source: "deployment.target" },
  { fact: "Version", source: "deployment.version" },
  { fact: "Version before", source: "deployment.previousVersion", orAsk: responsible.deployer },
  { fact: "Workflow run", source: "deployment.run", orAsk: responsible.deployer },
  { fact: "SHA-256 of the artefact", source: "deployment.artefactSha256" },
];

/** Which runner deployed it, and why. */
export const runnerChoice: readonly Part[] = [
  { fact: "Chosen runner", source: "gate.runner", orAsk: responsible.gate },
  { fact: "Role", source: "gate.role", orAsk: responsible.gate },
  { fact: "Reason", source: "gate.explanation", orAsk: responsible.gate },
  { fact: "Decided", source: "gate.decidedAt", orAsk: responsible.gate },
  { table: "runners" },
];

/** The success criteria and the window they were computed for. */
export const successCriteria: readonly Part[] = [
  { fact: "From", source: "criteria.since" },
  { fact: "To", source: "criteria.until" },
  { fact: "Deployments in this time", source: "criteria.deployments" },
  { table: "criteria" },
];
