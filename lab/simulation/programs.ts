/** What the programs of a host do: tar, systemctl and those of the application that is deployed. */
import path from "node:path";
import type { Disk } from "./disk";
import type { SimulatedHost, Unit } from "./host";

export interface ProgramResult {
  readonly code: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

export interface Behaviour {
  /** Until its end; Infinity: it never ends by itself. */
  readonly seconds: number;
  /** What it has done already when it is cut off. */
  readonly begin?: () => void;
  readonly end: () => ProgramResult;
  /** How long after its end a process outside its control group keeps its output open, seconds. */
  readonly heldSeconds?: number;
}

/** An artefact of the simulation: names and texts. */
export type FileTree = Readonly<Record<string, string>>;
export const packed = (tree: FileTree): Buffer => Buffer.from(JSON.stringify(tree));

/** Waits in a plan so that a step or a check does as the run has drawn: `act NAME`. */
export interface NextBehaviours {
  /** Taken by the next command of that name. */
  readonly next: Map<string, Partial<Behaviour> & { readonly fails?: string }>;
}

export const behavioursOf = new WeakMap<SimulatedHost, NextBehaviours>();

export const CURRENT = "/opt/demo/current";
export const RELEASES = "/opt/demo/releases";
export const UNIT = "demo-backend.service";

function put(disk: Disk, file: string, text: string, mode: number): void {
  let folder = "";
  for (const part of path.dirname(file).split("/").filter(Boolean)) {
    folder += `/${part}`;
    if (disk.find(folder, true) === undefined) disk.create(folder, "folder", 0o755);
  }
  const node = disk.find(file, false) ?? disk.create(file, "file", mode);
  disk.write(node, Buffer.from(text), file);
}

export const textAt = (disk: Disk, file: string): string | undefined => disk.find(file, true)?.content.toString("utf8");

/** A unit runs what `current` points to when it starts. */
export function startUnit(host: SimulatedHost, name: string, unit: Unit): void {
  unit.active = true;
  unit.runs = name === UNIT ? (textAt(host.disk, `${CURRENT}/backend`) ?? null) : name;
}

function systemctl(host: SimulatedHost, verb: string, words: readonly string[]): ProgramResult {
  const names = words.filter((word) => !word.startsWith("-"));
  const unitOf = (name: string): Unit => {
    const unit = host.units.get(name) ?? { active: false, enabled: false, runs: null };
    host.units.set(name, unit);
    return unit;
  };
  if (verb === "show")
    return {
      code: 0,
      stdout: names
        .map(unitOf)
        .map(
          ({ active, enabled }) =>
            `ActiveState=${active ? "active" : "inactive"}\nUnitFileState=${enabled ? "enabled" : "disabled"}\n`,
        )
        .join("\n"),
    };
  if (verb === "is-active") {
    const states = names.map((name) => (unitOf(name).active ? "active" : "inactive"));
    return { code: states.every((state) => state === "active") ? 0 : 3, stdout: `${states.join("\n")}\n` };
  }
  for (const name of names) {
    const unit = unitOf(name);
    if (verb === "start" && !unit.active) startUnit(host, name, unit);
    if (verb === "restart") startUnit(host, name, unit);
    if (verb === "stop") [unit.active, unit.runs] = [false, null];
    if (verb === "enable") unit.enabled = true;
    if (verb === "disable") unit.enabled = false;
  }
  return { code: 0 };
}

/** In pieces: what is cut off has left some of it. */
function untar(host: SimulatedHost, artefact: string, folder: string, seconds: number): Behaviour {
  const files = (): [string, string][] => Object.entries(JSON.parse(textAt(host.disk, artefact) ?? "{}") as FileTree);
  const write = (some: readonly [string, string][]): void =>
    some.forEach(([name, text]) => put(host.disk, path.join(folder, name), text, 0o644));
  return {
    seconds,
    begin: () => void attempt(() => write(files().slice(0, 1))),
    end: () => attempt(() => write(files())),
  };
}

function attempt(work: () => void): ProgramResult {
  try {
    work();
    return { code: 0 };
  } catch (error) {
    return { code: 2, stderr: (error as Error).message };
  }
}

/** @param environment of the command, such as the version that is deployed */
export function behaviourOf(
  host: SimulatedHost,
  line: readonly string[],
  environment: Readonly<Record<string, string>>,
): Behaviour {
  const [program = "", ...words] = line;
  const random = host.loop.random("programs");
  const usual = random.between(0.05, 0.6);
  const { disk } = host;
  const simple = (end: () => ProgramResult): Behaviour => ({ seconds: usual, end });
  switch (program) {
    case "tar":
      return untar(host, words[1] ?? "", words[3] ?? "", usual);
    case "sync":
      return simple(() => attempt(() => disk.flushAll()));
    case "systemctl":
      return simple(() => systemctl(host, words[0] ?? "", words.slice(1)));
    case "act": {
      const name = words[0] ?? "";
      const drawn = behavioursOf.get(host)?.next.get(name);
      behavioursOf.get(host)?.next.delete(name);
      return {
        seconds: drawn?.seconds ?? usual,
        heldSeconds: drawn?.heldSeconds,
        end: () =>
          drawn?.fails === undefined ? { code: 0, stdout: "done\n" } : { code: 1, stderr: `${drawn.fails}\n` },
      };
    }
    case "migrate":
      return simple(() =>
        attempt(() => {
          const columns = (textAt(disk, "/srv/schema") ?? "").split("\n").filter(Boolean);
          const { GHRUNNERS_VERSION: version = "" } = environment;
          if (!columns.includes(version)) put(disk, "/srv/schema", `${[...columns, version].join("\n")}\n`, 0o644);
          disk.flushAll();
        }),
      );
    case "cat":
      return simple(() => {
        const text = textAt(disk, words[0] ?? "");
        return text === undefined ? { code: 1, stderr: `cat: ${words[0]}: No such file` } : { code: 0, stdout: text };
      });
    default:
      // Looks of people: journal, memory, processes.
      return simple(() => ({ code: 0, stdout: `${program} of ${host.name}\n` }));
  }
}
