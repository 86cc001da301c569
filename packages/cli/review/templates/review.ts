import type { Template } from "../template";
import { who } from "../who";
import { identity, runnerChoice, successCriteria } from "./shared";

/** The result of a deployment, for the people who sign it off. */
export const review: Template = {
  title: "Post-deployment review",
  sections: [
    {
      heading: "Summary",
      parts: [
        ...identity,
        { fact: "Outcome", source: "deployment.outcome" },
        { fact: "Began", source: "deployment.startedAt" },
        { fact: "Ended", source: "deployment.endedAt" },
        { fact: "Took", source: "deployment.durationSeconds", format: "seconds" },
        { ask: "In one sentence: what was changed, and for whom", of: who.owner },
      ],
    },
    {
      heading: "Participants",
      parts: [
        { fact: "Deployed by", source: "deployment.owner" },
        { ask: "Reviewed by", of: who.reviewer },
        { ask: "On call", of: who.onCall },
      ],
    },
    { heading: "Runner", parts: runnerChoice },
    { heading: "Timeline", parts: [{ table: "timeline" }] },
    { heading: "Checks", parts: [{ table: "checks" }] },
    { heading: "Success criteria", parts: successCriteria },
    {
      heading: "Monitoring",
      parts: [
        { ask: "Alerts that fired from its beginning until an hour after its end", of: who.onCall },
        { ask: "What the dashboards of deployments and runners showed", of: who.onCall },
      ],
    },
    {
      heading: "Problems",
      parts: [
        { fact: "Failure", source: "deployment.failure.code" },
        { fact: "What was seen", source: "deployment.failure.detail" },
        { fact: "Diagnosed after", source: "deployment.diagnosisSeconds", format: "seconds" },
        { fact: "Incident", source: "incident.title" },
        { fact: "Rolled back to version", source: "rollback.to" },
        { fact: "The old version was proved healthy", source: "rollback.proved", format: "yes or no" },
        { table: "failedChecks" },
        { ask: "Problems that are not recorded", of: who.reviewer },
        { ask: "What was done about them", of: who.reviewer },
      ],
    },
    {
      heading: "Acceptance",
      parts: [
        { ask: "What the change was to achieve, and whether it does", of: who.owner },
        { ask: "Documents and runbooks that had to change", of: who.owner },
      ],
    },
    {
      heading: "Remaining risks",
      parts: [{ ask: "Risks, and who watches them", of: who.reviewer }],
    },
    {
      heading: "Follow-up",
      parts: [
        { ask: "Within a day: what, who", of: who.reviewer },
        { ask: "Within two weeks: what, who", of: who.reviewer },
        { ask: "Later: what, who", of: who.reviewer },
      ],
    },
    {
      heading: "Sign-off",
      parts: [
        { ask: "Decision: accepted, or to be changed", of: who.reviewer },
        { ask: "Name and date", of: who.reviewer },
      ],
    },
  ],
};
