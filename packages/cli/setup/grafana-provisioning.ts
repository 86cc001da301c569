/**
 * Whether Grafana reads the folder of the dashboards, by its provisioning files: proved without a password. Pure.
 * Sources: Grafana, pkg/services/provisioning/dashboards (config_reader.go, file_reader.go, validator.go) and "Provision
 * Grafana".
 */
import { posix as path } from "node:path";
import { parseDocument, stringify } from "yaml";
import type { MissingPart } from "./missing-part";
import { PROVISIONING, type SeenMonitoring } from "./monitoring-seen";

/** Working folder of those packages: a relative path begins there. */
const HOME = "/usr/share/grafana";
/** Grafana skips its own example. */
const EXAMPLE = "sample.yaml";

interface Provider {
  readonly file: string;
  /** Undefined: an environment variable of Grafana decides it. */
  readonly path: string | undefined;
  /** Why Grafana does not start with it. */
  readonly problem: string | undefined;
}

type Json = Readonly<Record<string, unknown>>;
const mapping = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
const part = (what: string, add: string): MissingPart => ({ what, add });

/** The lines that a provisioning file needs. */
export const providerLines = (folder: string): string =>
  stringify({ apiVersion: 1, providers: [{ name: "ghrunners", type: "file", options: { path: folder } }] });

function providerOf(file: string, value: unknown): Provider[] {
  const { type, folder, folderUid, options } = mapping(value);
  const { path: current, folder: former, foldersFromFilesStructure } = mapping(options);
  const where = current ?? former;
  if (type !== "file" || typeof where !== "string") return [];
  const isTorn = foldersFromFilesStructure === true && Boolean(folder) && Boolean(folderUid);
  return [
    {
      file,
      path: where.includes("$") ? undefined : path.resolve(HOME, where),
      problem: isTorn
        ? `${file} has a provider with foldersFromFilesStructure and both folder and folderUid: Grafana does not start with it`
        : undefined,
    },
  ];
}

function readFile({ name, text }: { readonly name: string; readonly text: string }): {
  readonly providers: readonly Provider[];
  readonly problems: readonly MissingPart[];
} {
  const file = `${PROVISIONING}/${name}`;
  const document = parseDocument(text);
  if (document.errors.length > 0)
    return {
      providers: [],
      problems: [part(`${file} is not YAML: Grafana does not start with it`, "correct the file")],
    };
  const whole = document.toJS() as unknown;
  const { apiVersion, providers } = mapping(whole);
  // Without a version it is the format before Grafana 5: a list.
  if (!(Number(apiVersion) > 0) && !Array.isArray(whole) && providers !== undefined)
    return {
      providers: [],
      problems: [part(`${file} has no apiVersion, so its providers do not count`, "apiVersion: 1")],
    };
  return { providers: list(providers ?? whole).flatMap((each) => providerOf(file, each)), problems: [] };
}

/** Grafana looks into folders below a provider's path, but not into hidden ones. */
function covers(outer: string, folder: string): boolean {
  const inner = path.relative(outer, folder);
  return inner === "" || inner.split("/").every((name) => !name.startsWith("."));
}

/**
 * What keeps Grafana from reading the folder; empty also where the host has no Grafana.
 * @param folder of the dashboards: the setting `monitoring.paths.dashboards`
 */
export function grafanaLacks(
  { grafana, provisioning, grafanaReads }: Pick<SeenMonitoring, "grafana" | "provisioning" | "grafanaReads">,
  folder: string,
): MissingPart[] {
  if (provisioning === undefined)
    return grafana === 200
      ? [part(`Grafana answers, but has no ${PROVISIONING}: it was installed in another way`, providerLines(folder))]
      : [];
  const read = provisioning.filter(({ name }) => name !== EXAMPLE).map(readFile);
  const providers = read.flatMap((each) => each.providers);
  const covering = providers.filter((each) => each.path !== undefined && covers(each.path, folder));
  const others = providers.flatMap((each) => each.path ?? []);
  const isKnown = providers.every((each) => each.path !== undefined);
  return [
    ...read.flatMap((each) => each.problems),
    ...providers.flatMap(({ problem }) =>
      problem === undefined ? [] : [part(problem, "leave out folder and folderUid")],
    ),
    ...(covering.length === 0 && isKnown
      ? [
          part(
            `no provider in ${PROVISIONING} reads ${folder}${others.length === 0 ? "" : `, only ${others.join(", ")}`}`,
            providerLines(folder),
          ),
        ]
      : []),
    ...(covering.length > 1
      ? [
          part(
            `${covering.length} providers read ${folder} (${covering.map(({ file, path: of }) => `${of} in ${file}`).join("; ")}): ` +
              `Grafana finds each dashboard twice, and then keeps none of them up to date`,
            "leave one of them",
          ),
        ]
      : []),
    ...(grafanaReads === false
      ? [
          part(
            `the account grafana cannot read ${folder}`,
            `chmod o+rx ${folder}; namei -l ${folder} shows the folders above`,
          ),
        ]
      : []),
  ];
}
