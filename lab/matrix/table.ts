/** The matrix as tables of Markdown, from what is expected or from what was seen. Pure. */
import { configurationTitle, type RepositoryRow, repositoryRows, repositoryTitle } from "./repositories";
import { type TemplateRow, templateRows } from "./templates";
import type { Matrix } from "./run";

const features: Readonly<Record<RepositoryRow["has"][number], string>> = {
  environments: "environment",
  reviewers: "reviewers",
  rulesets: "ruleset",
  actionPatterns: "list of actions",
  forkApproval: "approval for forks",
};

const outcomes: Readonly<Record<RepositoryRow["outcome"], string>> = {
  "goes through": "goes through",
  refused: "refused before anything changes",
  fails: "fails during the update, by GitHub's refusal",
};

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** @param rows default: what is expected */
export const repositoryTable = (rows: readonly RepositoryRow[] = repositoryRows): string =>
  table(
    ["repository", "configuration", "`pulumi up`", "at GitHub afterwards"],
    rows.map((row) => [
      repositoryTitle(row),
      configurationTitle(row),
      outcomes[row.outcome],
      row.has.map((feature) => features[feature]).join(", ") || "nothing of it",
    ]),
  );

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

function makesOf({ makes: { templates, machines } }: TemplateRow): string {
  const parts = [templates > 0 ? plural(templates, "template") : "", machines > 0 ? plural(machines, "machine") : ""];
  return parts.filter((part) => part !== "").join(", ") || "nothing";
}

/** @param rows default: what is expected */
export const templateTable = (rows: readonly TemplateRow[] = templateRows): string =>
  table(
    ["template", "`pulumi preview`", "would make"],
    rows.map((row) => [row.template, outcomes[row.outcome], makesOf(row)]),
  );

/** What does not fit into a row, and what this matrix leaves to tests with machines. */
const foot = `A first boot takes machines, so this matrix has none. test/machine/components/debian.machine.test.ts boots Debian 12 and
13, prepared and bare; npm run lab -- first-day boots a whole stack.
Machines are made in test/engine/program/template-shapes.engine.test.ts (qcow2 on a directory, cloud-init on scsi1) and
test/engine/program/image.engine.test.ts (proxmox.image).`;

/** Everything that was seen, with the words of each run that did not go through. */
export function renderMatrix({ repositories, templates }: Matrix): string {
  const seen = {
    repositories: repositories.map((row) => ({ ...row, outcome: row.seen.outcome, has: row.seen.has })),
    templates: templates.map((row) => ({ ...row, outcome: row.seen.outcome, makes: row.seen.makes })),
  };
  const told = [
    ...repositories.map((row) => ({ title: `${repositoryTitle(row)}; ${configurationTitle(row)}`, seen: row.seen })),
    ...templates.map((row) => ({ title: `template: ${row.template}`, seen: row.seen })),
  ].filter(({ seen: { outcome } }) => outcome !== "goes through");
  return [
    "## Repositories",
    repositoryTable(seen.repositories),
    "## Templates",
    templateTable(seen.templates),
    "## The words of each refusal",
    ...told.map(({ title, seen: { words } }) => [`${title}:`, "", ...words.map((line) => `- ${line}`)].join("\n")),
    foot,
  ].join("\n\n");
}
