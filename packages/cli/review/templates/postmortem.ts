import type { Template } from "../template";
import { responsible } from "../responsible";
import { identity, runnerChoice, successCriteria } from "./shared";

/** Why a deployment was rolled back, to improve the next one. Blameless. */
export const postmortem: Template = {
  title: "Rollback: post-mortem",
  sections: [
    {
      heading: "Summary",
      parts: [
        { fact: "Incident", source: "incident.title" },
        { fact: "Severity", source: "incident.severity" },
        { fact: "State of the target", source: "incident.state" },
        ...identity,
        { fact: "Outcome", source: "deployment.outcome" },
        { fact: "Deployed by", source: "deployment.owner" },
      ],
    },
    {
      heading: "Impact",
      parts: [
        { fact: "It began", source: "deployment.startedAt" },
        { fact: "It ended", source: "deployment.endedAt" },
        { fact: "In between", source: "deployment.durationSeconds", format: "seconds" },
        { ask: "Who noticed it, and how", of: responsible.owner },
        { ask: "Data or money that was lost", of: responsible.owner },
      ],
    },
    {
      heading: "Detection",
      parts: [
        { fact: "Diagnosed after", source: "deployment.diagnosisSeconds", format: "seconds" },
        { fact: "Detected by", source: "deployment.failure.code" },
        { ask: "Alert that notified on-call, and when", of: responsible.onCall },
      ],
    },
    { heading: "Runner", parts: runnerChoice },
    { heading: "Timeline", parts: [{ table: "timeline" }] },
    {
      heading: "Cause",
      parts: [
        { fact: "What was seen", source: "deployment.failure.detail" },
        { table: "failedChecks" },
        { fact: "Forensics on the target", source: "incident.forensics" },
        { ask: "Root cause", of: responsible.owner },
        { ask: "Why no earlier check found it", of: responsible.owner },
      ],
    },
    {
      heading: "Rollback",
      parts: [
        { fact: "From version", source: "rollback.from" },
        { fact: "To version", source: "rollback.to", orAsk: responsible.deployer },
        { fact: "Began", source: "rollback.startedAt" },
        { fact: "Ended", source: "rollback.endedAt" },
        { fact: "Took", source: "rollback.durationSeconds", format: "seconds" },
        { fact: "The old version was proved healthy", source: "rollback.proved", format: "yes or no" },
        { fact: "What could not be undone", source: "rollback.detail" },
        { fact: "Steps that were not undone", source: "rollback.kept", format: "list" },
        { table: "undo" },
      ],
    },
    { heading: "Success criteria", parts: successCriteria },
    {
      heading: "Lessons",
      parts: [
        { ask: "What went well", of: responsible.reviewer },
        { ask: "What went badly", of: responsible.reviewer },
        { ask: "Where there was luck", of: responsible.reviewer },
      ],
    },
    {
      heading: "Actions",
      parts: [
        { fact: "Runbook", source: "incident.runbook" },
        { fact: "Next", source: "incident.next" },
        { ask: "Prevent: what, who, until when", of: responsible.owner },
        { ask: "Detect earlier: what, who, until when", of: responsible.onCall },
        { ask: "Repair faster: what, who, until when", of: responsible.onCall },
      ],
    },
    { heading: "Sign-off", parts: [{ ask: "Name and date", of: responsible.reviewer }] },
  ],
};
