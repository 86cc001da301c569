/** What a machine has of monitoring. Pure. */

/** Where Grafana's packages for Debian look for providers of dashboards. */
export const PROVISIONING = "/etc/grafana/provisioning/dashboards";

/** How a program runs: not at all, as a systemd unit, or in a container. */
export interface SeenProgram {
  /** Unit or `container`; undefined: there is no such process. */
  readonly runsAs: string | undefined;
  /** HTTP status of its address; undefined: no answer. */
  readonly status: number | undefined;
  /** Text of its configuration file; undefined: there is none at the configured place. */
  readonly config: string | undefined;
}

export interface SeenMonitoring {
  /** Such as `debian 12`. */
  readonly os: string;
  readonly hasSystemd: boolean;
  /** Packages that are installed. */
  readonly packages: readonly string[];
  /** Programs on PATH. */
  readonly tools: readonly string[];
  /** Folders that exist. */
  readonly folders: readonly string[];
  /** Programs whose configuration is the one that Debian's package brought. */
  readonly stock: readonly string[];
  readonly prometheus: SeenProgram;
  readonly alertmanager: SeenProgram;
  /** HTTP status of Grafana; undefined: no answer. */
  readonly grafana: number | undefined;
  /** Files with providers of dashboards, where Grafana's packages have them; undefined: there is no such folder. */
  readonly provisioning: readonly { readonly name: string; readonly text: string }[] | undefined;
  /** Whether the account `grafana` may read the folder of the dashboards; undefined: no account, or no folder yet. */
  readonly grafanaReads: boolean | undefined;
  /** HTTP status of the node exporter; undefined: no answer. */
  readonly nodeExporter: number | undefined;
  /** What the fleet exporter on the machine watches; undefined: there is none, or one that does not say it. */
  readonly fleetOf: WatchedEnvironment | undefined;
  /** Environments whose stacks have dashboards there. */
  readonly dashboardsOf: readonly string[];
}

/** An environment of a repository. */
export interface WatchedEnvironment {
  readonly repository: string;
  readonly environment: string;
}

const decoded = (text: string | undefined): string | undefined =>
  text === undefined || text === "" ? undefined : Buffer.from(text, "base64").toString();

const statusOf = (text: string | undefined): number | undefined => Number(text ?? 0) || undefined;

/** Their names and texts, each in base64: a name may have anything. */
const providersIn = (facts: ReadonlyMap<string, string>): NonNullable<SeenMonitoring["provisioning"]> =>
  [...facts].flatMap(([fact, value]) => {
    const [name = "", text = ""] = value.split(" ");
    return fact.startsWith("provider:") ? [{ name: decoded(name) ?? "", text: decoded(text) ?? "" }] : [];
  });

/** From the exporter's configuration. */
function watchedBy(config: string | undefined): WatchedEnvironment | undefined {
  try {
    const { repository, label } = JSON.parse(config ?? "{}") as { repository?: unknown; label?: unknown };
    if (typeof repository === "string" && typeof label === "string") return { repository, environment: label };
  } catch {
    // No configuration that an exporter could read: it says nothing.
  }
  return undefined;
}

/** Reads the output of scripts/look-monitoring.sh. */
export function parseSeenMonitoring(output: string): SeenMonitoring {
  const facts = new Map(
    output.split("\n").flatMap((line) => {
      const [, name, value] = /^(\S+) (.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    }),
  );
  const having = (kind: string, holds: (value: string) => boolean): string[] =>
    [...facts]
      .filter(([name, value]) => name.startsWith(`${kind}:`) && holds(value))
      .map(([name]) => name.slice(kind.length + 1));
  const program = (name: string): SeenProgram => ({
    runsAs: facts.get(`runs:${name}`) || undefined,
    status: statusOf(facts.get(`answer:${name}`)),
    config: decoded(facts.get(`file:${name}`)),
  });
  const folders = having("folder", (there) => there === "yes");
  return {
    os: (facts.get("os") ?? "unknown").trim(),
    hasSystemd: facts.get("systemd") === "yes",
    packages: having("package", (status) => status === "installed"),
    tools: having("tool", (where) => where !== ""),
    folders,
    stock: having("stock", (unchanged) => unchanged === "yes"),
    prometheus: program("prometheus"),
    alertmanager: program("alertmanager"),
    grafana: statusOf(facts.get("answer:grafana")),
    provisioning: folders.includes(PROVISIONING) ? providersIn(facts) : undefined,
    grafanaReads: facts.has("reads:grafana") ? facts.get("reads:grafana") === "yes" : undefined,
    nodeExporter: statusOf(facts.get("answer:node-exporter")),
    fleetOf: watchedBy(decoded(facts.get("file:fleet-exporter"))),
    dashboardsOf: having("dashboards", () => true).map((owner) => owner.replace(/^ghrunners\./, "")),
  };
}
