/** From Stryker's report to a score, and to the surviving mutants without a stated reason. Pure. */
import type { schema } from "@stryker-mutator/api/core";

/** Share of the mutants of a folder that its tests have to kill, percent. */
export const BAR = 85;

/** A mutant that no test kills. Its texts are on one line each, as the document has them. */
export interface Survivor {
  /** Relative to the project. */
  readonly file: string;
  readonly line: number;
  /** The text in the file, and the mutant's text in its place. */
  readonly original: string;
  readonly mutated: string;
  /** No test runs the place at all. */
  readonly covered: boolean;
}

/** A line of the document: why a mutant may live. */
export interface SurvivorReason {
  readonly file: string;
  readonly original: string;
  readonly mutated: string;
  readonly reason: string;
}

export interface Score {
  readonly folder: string;
  readonly mutants: number;
  readonly killed: number;
  readonly seconds: number;
  readonly survivors: readonly Survivor[];
}

const LONGEST = 100;

/** A piece of a program as a cell of a table has it: on one line, shortened, without what ends the cell or the code. */
export function cell(code: string): string {
  const flat = code.replace(/\s+/g, " ").replaceAll("`", "'").replaceAll("|", "¦").trim();
  return flat.length > LONGEST ? `${flat.slice(0, LONGEST)}...` : flat;
}

function textAt(source: string, { start, end }: schema.Location): string {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  const last = lines.length - 1;
  return lines
    .map((line, index) => (index === last ? line.slice(0, end.column - 1) : line))
    .map((line, index) => (index === 0 ? line.slice(start.column - 1) : line))
    .join("\n");
}

/** A mutant that the types or the loader refuse is none. */
const counted: readonly schema.MutantStatus[] = ["Killed", "Timeout", "Survived", "NoCoverage"];

export function scoreOf(folder: string, report: schema.MutationTestResult, seconds: number): Score {
  const all = Object.entries(report.files).flatMap(([file, { source, mutants }]) =>
    mutants.filter(({ status }) => counted.includes(status)).map((mutant) => ({ file, source, mutant })),
  );
  const survivors = all
    .filter(({ mutant }) => mutant.status === "Survived" || mutant.status === "NoCoverage")
    .map(({ file, source, mutant }) => ({
      file,
      line: mutant.location.start.line,
      original: cell(textAt(source, mutant.location)),
      mutated: cell(mutant.replacement ?? ""),
      covered: mutant.status === "Survived",
    }));
  return { folder, mutants: all.length, killed: all.length - survivors.length, seconds, survivors };
}

/** Rounded down: 84.99 is below the bar. */
export const percent = ({ mutants, killed }: Score): number => Math.floor((killed * 1000) / mutants) / 10;

const same = (one: SurvivorReason | Survivor, other: SurvivorReason | Survivor): boolean =>
  one.file === other.file && one.original === other.original && one.mutated === other.mutated;

export interface SurvivorDifferences {
  /** Survivors of which the document does not say why. */
  readonly unexplained: readonly Survivor[];
  /** Reasons of the document for what is killed now, or is no mutant any more. */
  readonly outdated: readonly SurvivorReason[];
}

/** @param files the files that were mutated; reasons of others are left alone */
export function differences(
  scores: readonly Score[],
  reasons: readonly SurvivorReason[],
  files: readonly string[],
): SurvivorDifferences {
  const survivors = scores.flatMap((score) => score.survivors);
  return {
    unexplained: survivors.filter((survivor) => !reasons.some((reason) => same(reason, survivor))),
    outdated: reasons.filter(
      (reason) => files.includes(reason.file) && !survivors.some((survivor) => same(reason, survivor)),
    ),
  };
}

/** The table of a document whose lines are `| file | code | code | reason |`. */
export function readReasons(document: string): SurvivorReason[] {
  const lines = [...document.matchAll(/^\| (\S+\.ts) \| `(.*?)` \| `(.*?)` \| (.+?) \|$/gm)];
  return lines.map(([, file = "", original = "", mutated = "", reason = ""]) => ({
    file,
    original,
    mutated: mutated === " " ? "" : mutated,
    reason,
  }));
}

/** The line of the document for a survivor, without its reason. */
export const reasonLine = ({ file, original, mutated }: Survivor): string =>
  `| ${file} | \`${original}\` | \`${mutated === "" ? " " : mutated}\` |  |`;
