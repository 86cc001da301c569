/** The known deployments, newest first. Pure. */
import type { Described } from "@ghrunners/core/schema";
import type { deploymentListSchema, listedSchema } from "./schema";
import pc from "picocolors";
import type { OpenDeployment } from "@ghrunners/deploy/target/queries";
import type { DeploymentRecord } from "@ghrunners/deploy/records/record";
import { formatted, measured } from "./template";
import type { Criteria } from "./criteria";

/** A deployment in the list. */
export type ListedDeployment = Described<typeof listedSchema>;

/** What `ghrunners review --list --json` prints. */
export type DeploymentList = Described<typeof deploymentListSchema>;

export function listOf(
  targets: readonly {
    readonly target: string;
    readonly deployments: readonly DeploymentRecord[];
    readonly open: OpenDeployment | null;
  }[],
): DeploymentList {
  return {
    schema: "ghrunners.deployments/1",
    deployments: targets
      .flatMap(({ deployments }) => deployments)
      .map(({ id, target, application, version, previousVersion, owner, startedAt, durationSeconds, outcome }) => {
        return { id, target, application, version, previousVersion, owner, startedAt, durationSeconds, outcome };
      })
      .sort((one, other) => other.id.localeCompare(one.id)),
    open: targets.flatMap(({ target, open }) => {
      if (open === null) return [];
      const { id, owner, version, startedAt } = open;
      return [{ target, id, owner, version, startedAt }];
    }),
  };
}

export function renderList({ deployments, open }: DeploymentList): string {
  const lines = [
    ...open.map(({ id, target, version, owner }) => `${id}  ${target}  open: version ${version} by ${owner}`),
    ...deployments.map(({ id, target, application, version, previousVersion, outcome, durationSeconds }) => {
      const word = outcome === "succeeded" ? pc.green(outcome) : pc.red(outcome);
      const from = previousVersion === null ? "" : ` from ${previousVersion}`;
      return `${id}  ${target}  ${word}  ${application} ${version}${from}, ${formatted(durationSeconds, "seconds")}`;
    }),
  ];
  return `${(lines.length === 0 ? ["No deployment is recorded."] : lines).join("\n")}\n`;
}

export function renderCriteria({ target, days, since, until, deployments, criteria, secrets }: Criteria): string {
  const mark = (met: boolean | null): string => (met === null ? pc.yellow("?") : met ? pc.green("●") : pc.red("●"));
  const lines = [
    pc.bold(`${target}: ${deployments} deployment(s) of ${days} day(s), ${since} to ${until}`),
    ...criteria.map(({ id, title, objective, value, unit, from, met }) => {
      const of = `${from} ${id === "SC-004" ? "file(s)" : "deployment(s)"}`;
      return `  ${mark(met)} ${id}  ${title}: ${measured(value, unit)} (objective ${objective}; from ${of})`;
    }),
    ...secrets.map(({ file, kind }) => `    ${kind} in ${file}`),
  ];
  return `${lines.join("\n")}\n`;
}
