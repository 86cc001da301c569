import type { Template } from "../template";
import { responsible } from "../responsible";
import { identity, runnerChoice, successCriteria } from "./shared";

const isTrue = (value: unknown): boolean => value === true;

/** The deployment window: what was ready, what was done, who approved. */
export const checklist: Template = {
  title: "Deployment window: checklist",
  sections: [
    {
      heading: "Window",
      parts: [
        ...identity,
        { ask: "Change ticket", of: responsible.requester },
        { ask: "Requested window and its length", of: responsible.requester },
        { fact: "Began", source: "deployment.startedAt" },
        { fact: "Ended", source: "deployment.endedAt" },
        { fact: "Took", source: "deployment.durationSeconds", format: "seconds" },
      ],
    },
    {
      heading: "Ready before",
      parts: [
        {
          fact: "The target passed the preflight",
          source: "deployment.actions[name=preflight].ok",
          format: "yes or no",
          orAsk: responsible.deployer,
          tickedBy: isTrue,
        },
        {
          fact: "Its state was captured for a rollback",
          source: "deployment.actions[name=capture].ok",
          format: "yes or no",
          orAsk: responsible.deployer,
          tickedBy: isTrue,
        },
        {
          fact: "A runner was chosen by both views",
          source: "gate.reason",
          orAsk: responsible.gate,
          tickedBy: (value) => value !== "refused",
        },
        { ask: "No alert fired that speaks against it (`ghrunners alerts`)", of: responsible.onCall, box: true },
        { ask: "The change was tried in staging", of: responsible.owner, box: true },
        { ask: "The runbook for its failure was read", of: responsible.deployer, box: true },
        { ask: "The people affected were informed", of: responsible.requester, box: true },
      ],
    },
    { heading: "Runner", parts: runnerChoice },
    {
      heading: "Way back",
      parts: [
        { fact: "Version after a rollback", source: "deployment.previousVersion", orAsk: responsible.deployer },
        {
          fact: "Steps that a rollback does not undo",
          source: "rollback.kept",
          format: "list",
          orAsk: responsible.owner,
        },
        {
          fact: "It rolled back, and the old version was proved healthy",
          source: "rollback.proved",
          format: "yes or no",
        },
        { ask: "Who decides on a manual rollback, and when", of: responsible.requester },
      ],
    },
    { heading: "Done", parts: [{ table: "timeline" }] },
    {
      heading: "Verified after",
      parts: [
        {
          fact: "Health checks passed",
          source: "deployment.actions[name=health].ok",
          format: "yes or no",
          orAsk: responsible.deployer,
          tickedBy: isTrue,
        },
        {
          fact: "Smoke tests passed",
          source: "deployment.actions[name=smoke].ok",
          format: "yes or no",
          orAsk: responsible.deployer,
          tickedBy: isTrue,
        },
        {
          fact: "Outcome",
          source: "deployment.outcome",
          tickedBy: (value) => value === "succeeded",
        },
        { table: "failedChecks" },
      ],
    },
    { heading: "Success criteria", parts: successCriteria },
    {
      heading: "Risk",
      parts: [
        { ask: "Level of risk, and why", of: responsible.requester },
        { ask: "What could go wrong, and what is done against it", of: responsible.owner },
      ],
    },
    {
      heading: "Communication and escalation",
      parts: [
        { ask: "Told before", of: responsible.requester },
        { ask: "Told after", of: responsible.requester },
        { ask: "Whom to call when it fails", of: responsible.onCall },
      ],
    },
    {
      heading: "Approval and decision",
      parts: [
        { fact: "Deployed by", source: "deployment.owner" },
        { ask: "Approved by, and when", of: responsible.reviewer },
        { ask: "Decision: go, or no go", of: responsible.reviewer },
      ],
    },
  ],
};
