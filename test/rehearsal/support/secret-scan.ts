import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** A value that must not show up, under the name by which a finding is reported. Reports never hold the value. */
export interface PlantedSecret {
  readonly name: string;
  readonly value: string;
}

/** A planted secret that was seen, and where. */
export interface LeakedSecret {
  readonly secret: string;
  readonly where: string;
}

/** Registration and removal tokens as the GitHub emulator words them; it keeps their SHA-256 alone. */
const runnerToken = /A[0-9A-F]{28}/g;
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Beyond this size a file is a disk image, not something that was written by a step. */
const largestFile = 256 * 2 ** 20;

/**
 * The value as text and as base64 at each of its three alignments, cut to what does not depend on its neighbours.
 * A multi-line value counts as each of its lines, because every line may be indented or escaped.
 */
function forms(value: string): string[] {
  return value
    .split("\n")
    .filter((line) => line.length >= 16)
    .flatMap((line) => {
      const encoded = [0, 1, 2].map((shift) =>
        Buffer.concat([Buffer.alloc(shift), Buffer.from(line)])
          .toString("base64")
          .slice(shift === 0 ? 0 : 4, -4),
      );
      return [line, encodeURIComponent(line), ...encoded];
    });
}

/** The lines of an OpenSSH private key that its public half does not give away: all after the second of its body. */
export function privateLines(key: string): string {
  return key
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("-----"))
    .slice(2)
    .join("\n");
}

/** Looks for planted secrets, and for runner tokens by the hashes that the emulator keeps. */
export class SecretScanner {
  private readonly needles: readonly { name: string; bytes: Buffer }[];

  /**
   * @param planted values known in advance
   * @param issued SHA-256 of the runner tokens issued so far
   */
  constructor(
    planted: readonly PlantedSecret[],
    private readonly issued: () => ReadonlySet<string>,
  ) {
    this.needles = planted.flatMap(({ name, value }) =>
      [...new Set(forms(value))].map((form) => ({ name, bytes: Buffer.from(form) })),
    );
  }

  /** Names of the secrets in a text or file content. */
  in(content: string | Buffer): string[] {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    const found = new Set(this.needles.filter((needle) => bytes.includes(needle.bytes)).map(({ name }) => name));
    const candidates = bytes.toString("latin1").match(runnerToken) ?? [];
    if (candidates.length > 0) {
      const issued = this.issued();
      if (candidates.some((candidate) => issued.has(sha256(candidate)))) found.add("runner token");
    }
    return [...found];
  }

  /** Every file below the folders, names included. Files that go away meanwhile are no finding. */
  under(
    folders: readonly string[],
    skip: (file: string) => boolean = () => false,
  ): { files: string[]; found: LeakedSecret[] } {
    const found: LeakedSecret[] = [];
    const files: string[] = [];
    const visit = (file: string): void => {
      if (skip(file)) return;
      found.push(...this.in(path.basename(file)).map((secret) => ({ secret, where: `name of ${file}` })));
      const stats = lstatSync(file, { throwIfNoEntry: false });
      if (stats?.isDirectory()) for (const name of entries(file)) visit(path.join(file, name));
      if (!stats?.isFile() || stats.size > largestFile) return;
      files.push(file);
      found.push(...this.in(content(file)).map((secret) => ({ secret, where: file })));
    };
    folders.forEach(visit);
    return { files, found };
  }
}

/** What ends between two calls, as processes do, and what not even root may read (the environment of some inits). */
const unreadable = ["ENOENT", "ESRCH", "ENOTDIR", "EACCES"];

function orGone<T>(read: () => T, gone: T): T {
  try {
    return read();
  } catch (error) {
    if (unreadable.includes((error as NodeJS.ErrnoException).code ?? "")) return gone;
    throw error;
  }
}

const entries = (folder: string): string[] => orGone(() => readdirSync(folder), []);
const content = (file: string): Buffer => orGone(() => readFileSync(file), Buffer.alloc(0));

/** What a process shows in its argument list or environment. `variable` is unset for an argument. */
export interface ProcessFinding {
  readonly secret: string;
  readonly program: string;
  readonly variable?: string;
}

/** One look at every process of this host, guests of the lab included. */
export function lookAtProcesses(scanner: SecretScanner): ProcessFinding[] {
  return entries("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const words = content(`/proc/${pid}/cmdline`).toString("latin1").split("\0");
      if (words.length < 2) return []; // A kernel thread.
      const program = words
        .slice(0, 6)
        .map((word) => path.basename(word))
        .join(" ")
        .slice(0, 160);
      const inArguments = scanner
        .in(words.join("\0"))
        .map((secret) => ({ secret, program: path.basename(words[0] ?? "") }));
      const inEnvironment = content(`/proc/${pid}/environ`)
        .toString("latin1")
        .split("\0")
        .flatMap((entry) =>
          scanner.in(entry).map((secret) => ({ secret, program, variable: entry.slice(0, entry.indexOf("=")) })),
        );
      return [...inArguments, ...inEnvironment];
    });
}
