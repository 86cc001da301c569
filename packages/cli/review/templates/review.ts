import type { Template } from "../template";
import { responsible } from "../responsible";
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
        { ask: "In one sentence: what was changed, and for whom", of: responsible.owner },
      ],
    },
    {
      heading: "Participants",
      parts: [
        { fact: "Deployed by", source: "deployment.owner" },
        { ask: "Reviewed by", of: responsible.reviewer },
        { ask: "On call", of: responsible.onCall },
      ],
    },
    { heading: "Runner", parts: runnerChoice },
    { heading: "Timeline", parts: [{ table: "timeline" }] },
    { heading: "Checks", parts: [{ table: "checks" }] },
    { heading: "Success criteria", parts: successCriteria },
    {
      heading: "Monitoring",
      parts: [
        { ask: "Alerts that fired from its beginning until an hour after its end", of: responsible.onCall },
        { ask: "What the dashboards of deployments and runners showed", of: responsible.onCall },
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
        { ask: "Problems that are not recorded", of: responsible.reviewer },
        { ask: "What was done about them", of: responsible.reviewer },
      ],
    },
    {
      heading: "Acceptance",
      parts: [
        { ask: "What the change was to achieve, and whether it does", of: responsible.owner },
        { ask: "Documents and runbooks that had to change", of: responsible.owner },
      ],
    },
    {
      heading: "Remaining risks",
      parts: [{ ask: "Risks, and who watches them", of: responsible.reviewer }],
    },
    {
      heading: "Follow-up",
      parts: [
        { ask: "Within a day: what, who", of: responsible.reviewer },
        { ask: "Within two weeks: what, who", of: responsible.reviewer },
        { ask: "Later: what, who", of: responsible.reviewer },
      ],
    },
    {
      heading: "Sign-off",
      parts: [
        { ask: "Decision: accepted, or to be changed", of: responsible.reviewer },
        { ask: "Name and date", of: responsible.reviewer },
      ],
    },
  ],
};
