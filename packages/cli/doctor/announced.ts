/**
 * What GitHub has announced that it will change or has changed, as data: from when, whom it concerns, what to do, and
 * where it was read. Pure. A new announcement is one entry here, with a case in test/unit/cli/doctor/announced.test.ts.
 * The ends of runner versions are not here: GitHub tells them by its API, and `runner-version` judges them.
 */
import type { WorkflowNeeds } from "./read-workflow";

/** What of a stack an announcement can concern. */
export interface Concerned {
  /** The workflows of the default branch, by path. */
  readonly workflows: Readonly<Record<string, WorkflowNeeds>>;
  /** Texts of the repository's variables that name machines, such as GATE_RUNNER. */
  readonly variables: Readonly<Record<string, string>>;
  /** Labels of the self-hosted runners: a job with such a label need not run on a machine of GitHub's. */
  readonly ownLabels: readonly string[];
  /** Version of the REST API that this program is answered with. */
  readonly restVersion: string;
}

export interface Announcement {
  /** Stable name, such as `ubuntu-22.04`. */
  readonly id: string;
  /** Day from which it holds, `YYYY-MM-DD`. */
  readonly date: string;
  /** What happens then, as a sentence without its full stop. */
  readonly change: string;
  /** Whom it concerns, in words, for the documents. */
  readonly whom: string;
  /** What of the stack it concerns, such as `.github/workflows/ci.yml`; empty: nothing. */
  readonly concerns: (stack: Concerned) => readonly string[];
  /** What ends it, as a command where there is one. */
  readonly next: string;
  /** How long before the day there is a warning, weeks. */
  readonly warnWeeks: number;
  /** GitHub's announcement. */
  readonly source: string;
  /** The page on which it was read, where that is not the announcement but a page that quotes it. */
  readonly quotedBy?: string;
  /** Day on which it was read, `YYYY-MM-DD`. */
  readonly readOn: string;
}

/** Variable by which jobs went on with Node 20. */
const NODE_20_OPT_OUT = "ACTIONS_ALLOW_USE_UNSECURE_NODE_VERSION";

/** Whether a text names the label, alone or within an expression: `["ubuntu-22.04"]`. */
const names = (text: string, label: string): boolean => text.split(/[\s'"[\],]+/).includes(label);

const workflowsWith = ({ workflows }: Concerned, has: (needs: WorkflowNeeds) => boolean): string[] =>
  Object.entries(workflows).flatMap(([file, needs]) => (has(needs) ? [file] : []));

/** Workflows and variables that name one of these machines of GitHub's. */
const onMachines =
  (...labels: readonly string[]) =>
  (stack: Concerned): string[] => {
    const gone = labels.filter((label) => !stack.ownLabels.includes(label));
    const isNamed = (text: string): boolean => gone.some((label) => names(text, label));
    return [
      ...workflowsWith(stack, ({ machines }) => machines.some(isNamed)),
      ...Object.entries(stack.variables).flatMap(([name, text]) => (isNamed(text) ? [`the variable ${name}`] : [])),
    ];
  };

const withActions =
  (pattern: RegExp) =>
  (stack: Concerned): string[] =>
    workflowsWith(stack, ({ actions }) => actions.some((action) => pattern.test(action)));

/** In the order of their days. The table in docs/how-to/doctor.md is {@link announcedTable}. */
export const announcements: readonly Announcement[] = [
  {
    id: "artifact-actions-v3",
    date: "2025-01-30",
    change: "workflows with actions/upload-artifact or actions/download-artifact before v4 fail",
    whom: "workflows of the default branch that use them by a tag before v4",
    concerns: withActions(/^actions\/(upload|download)-artifact@v[1-3](\.|$)/),
    next: "use v4 or newer of these actions in the files named",
    warnWeeks: 12,
    source: "https://github.blog/changelog/2024-02-12-deprecation-notice-v3-of-the-artifact-actions",
    readOn: "2026-11-30",
  },
  {
    id: "cache-action-v2",
    date: "2025-04-15",
    change: "the service behind actions/cache before v3 is off",
    whom: "workflows of the default branch that use it by a tag before v3",
    concerns: withActions(/^actions\/cache(\/(restore|save))?@v[12](\.|$)/),
    next: "use v4 or newer of actions/cache in the files named",
    warnWeeks: 12,
    source: "https://github.blog/changelog/2025-03-20-notification-of-upcoming-breaking-changes-in-github-actions",
    readOn: "2026-11-30",
  },
  {
    id: "ubuntu-20.04",
    date: "2025-04-15",
    change: "GitHub has no machine ubuntu-20.04: jobs for it fail",
    whom: "workflows and machine variables with the label `ubuntu-20.04`",
    concerns: onMachines("ubuntu-20.04"),
    next: "replace the label by ubuntu-24.04 in what is named",
    warnWeeks: 12,
    source: "https://github.com/actions/runner-images/issues/11101",
    quotedBy: "https://github.com/hashicorp/terraform-provider-aws/issues/42221",
    readOn: "2026-11-30",
  },
  {
    id: "node-20",
    date: "2026-09-23",
    change: `the runner has no Node 20, and ${NODE_20_OPT_OUT} has no effect`,
    whom: `workflows that set ${NODE_20_OPT_OUT} to true`,
    concerns: (stack) => workflowsWith(stack, ({ variables }) => variables[NODE_20_OPT_OUT] === "true"),
    next: "use versions of the actions that are made for Node 24, and remove the variable, in the files named",
    warnWeeks: 12,
    source: "https://github.blog/changelog/2025-09-19-deprecation-of-node-20-on-github-actions-runners/",
    quotedBy: "https://github.com/embeddedos-org/ebuild/issues/152",
    readOn: "2026-11-30",
  },
  {
    id: "ubuntu-22.04",
    date: "2027-04-17",
    change: "GitHub has no machine ubuntu-22.04: jobs for it fail, before that on four Tuesdays from 2027-03-23 on",
    whom: "workflows and machine variables with the label `ubuntu-22.04` or `ubuntu-22.04-arm`",
    concerns: onMachines("ubuntu-22.04", "ubuntu-22.04-arm"),
    next: "replace the label by ubuntu-24.04 in what is named",
    // GitHub calls the machines deprecated since 2026-09-17: jobs may wait longer for one.
    warnWeeks: 30,
    source: "https://github.com/actions/runner-images/issues/14254",
    readOn: "2026-11-30",
  },
  {
    id: "rest-2022-11-28",
    date: "2028-03-12",
    change: "GitHub no longer promises version 2022-11-28 of its REST API",
    whom: "this program, while it is answered with that version",
    concerns: ({ restVersion }) => (restVersion === "2022-11-28" ? ["this version of ghrunners"] : []),
    next: "git pull, then npm ci: a newer version of ghrunners",
    warnWeeks: 26,
    source: "https://github.blog/changelog/2026-03-12-rest-api-version-2026-03-10-is-now-available",
    readOn: "2026-11-30",
  },
];

/** The table of the document: one row for each announcement. */
export function announcedTable(): string {
  const rows = announcements.map(({ id, date, change, whom, next, warnWeeks, source, quotedBy, readOn }) => {
    const read = quotedBy === undefined ? `read on ${readOn}` : `[quoted](${quotedBy}), read on ${readOn}`;
    return `| \`${id}\` | ${date} | ${change} | ${whom} | ${next} | ${warnWeeks} | [GitHub](${source}), ${read} |`;
  });
  return [
    "| name | from | what happens | whom it concerns | what to do | warns before, weeks | source |",
    "|---|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}
