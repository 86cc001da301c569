import type { MonitoringFile, MonitoringPaths, RuleFile } from "./monitoring-files";

/**
 * First part of the names of a stack's files. It ends with a dot, which no environment's name contains, so `prod` never
 * owns the files of `prod-2`.
 */
export const ownerOf = (environment: string): string => `ghrunners.${environment}`;

export interface FileSets {
  readonly environment: string;
  readonly paths: MonitoringPaths;
  readonly prometheusUrl: string;
  readonly rules: readonly RuleFile[];
  readonly targets: readonly MonitoringFile[];
  readonly dashboards: readonly MonitoringFile[];
}

/** Parameters of scripts/files.sh. Pure. @throws Error if two files of a kind share a name */
export function planFiles(sets: FileSets): Record<string, string> {
  const { environment, paths, prometheusUrl } = sets;
  const owner = ownerOf(environment);
  const place = (folder: string, ending: string) => (file: MonitoringFile) => ({
    path: `${folder}/${owner}.${file.name}.${ending}`,
    text: file.text,
  });
  const rulePath = place(paths.rules, "yml");
  const files = [
    ...sets.rules.map(rulePath),
    ...sets.targets.map(place(paths.targets, "json")),
    ...sets.dashboards.map(place(paths.dashboards, "json")),
  ];
  const twice = files.find(({ path }, index) => files.findIndex((other) => other.path === path) !== index);
  if (twice !== undefined) throw new Error(`Two files for the monitoring host have the name ${twice.path}.`);
  const groups = sets.rules.flatMap((file) =>
    Object.entries(file.groups).map(([group, rules]) => `${rulePath(file).path};${group} ${rules}`),
  );
  return {
    OWNER: owner,
    PROMETHEUS_URL: prometheusUrl,
    PROMETHEUS_CONFIG: paths.prometheusConfig,
    RULES_DIR: paths.rules,
    TARGETS_DIR: paths.targets,
    DASHBOARDS_DIR: paths.dashboards,
    RULE_GROUPS: groups.join("\n"),
    FILE_COUNT: String(files.length),
    ...Object.fromEntries(
      files.flatMap(({ path, text }, index) => [
        [`FILE_${index + 1}_PATH`, path],
        [`FILE_${index + 1}_TEXT`, text],
      ]),
    ),
  };
}

/** The files of a plan. Pure. */
export function plannedFiles(
  plan: Readonly<Record<string, string>>,
): { readonly path: string; readonly text: string }[] {
  return Array.from({ length: Number(plan.FILE_COUNT ?? 0) }, (_, index) => ({
    path: plan[`FILE_${index + 1}_PATH`] ?? "",
    text: plan[`FILE_${index + 1}_TEXT`] ?? "",
  }));
}
