/** Renders the issue of an incident from its record. Pure. */
import { withoutSecrets } from "@ghrunners/core/vocabulary/redaction";
import type { ListedIncident } from "../target/outbox";
import { runbookCommand } from "../runbooks";

/** This label and the marker identify an incident's issue. */
export const INCIDENT_LABEL = "deployment-incident";

/** A failed check may print a whole page; the record has all of it. */
const LONGEST_DETAIL = 2_000;
/** Longest text that is searched for secrets: the patterns are slow on long texts. */
const LONGEST_SEEN = 8_000;
const LONGEST_TITLE = 200;

export interface IncidentIssue {
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
}

/** A line that GitHub does not display. */
export const markerOf = (id: string): string => `<!-- ghrunners:incident:${id.replace(/[^A-Za-z0-9-]/g, "-")} -->`;

const clean = (text: string): string => withoutSecrets(text.slice(0, LONGEST_SEEN));
const cut = (text: string, limit: number): string => (text.length <= limit ? text : `${text.slice(0, limit)} ...`);
/** A program's output must not become Markdown, end its code block, or mention a user. */
const quoted = (text: string): string => `\`\`\`text\n${text.replace(/`{3,}/g, "''")}\n\`\`\``;

/** @param runbooks address of the folder of runbooks, without a slash at its end */
export function renderIssue({ incident, version, run }: ListedIncident, runbooks: string): IncidentIssue {
  const { deployment, severity, openedAt, environment, application, target, cause } = incident;
  const page = `${runbooks}/${incident.runbook.replace(/^docs\/runbooks\//, "")}`;
  const command = runbookCommand(incident.runbook);
  const rows: [string, string][] = [
    ["Deployment", `\`${deployment}\` of ${application} ${version} to ${environment}`],
    ["Target", `\`${target}\``],
    ["Severity", severity],
    ["Recorded", openedAt],
    ["Run", run ?? "none: deployed from another machine than a runner"],
    [
      "Evidence",
      incident.forensics === null ? "none was kept on the target" : `\`${incident.forensics}\` on the target`,
    ],
    ["Runbook", command === undefined ? page : `${page} or \`${command}\``],
  ];
  const body = [
    markerOf(deployment),
    `**Cause:** \`${cause.code}\``,
    quoted(cut(clean(cause.detail), LONGEST_DETAIL)),
    `**On the target now:**`,
    quoted(cut(clean(incident.state), LONGEST_DETAIL)),
    `**Next:** ${incident.next}`,
    ["| | |", "|---|---|", ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join("\n"),
  ];
  return {
    title: cut(clean(incident.title), LONGEST_TITLE),
    body: `${body.join("\n\n")}\n`,
    labels: [INCIDENT_LABEL],
  };
}
