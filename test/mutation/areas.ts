/** What is mutated: the pure functions, each folder with the unit tests that cover it. */
export interface MutationArea {
  /** Folder of the files, and what a person types. */
  readonly folder: string;
  /** Files that are mutated, relative to the project. */
  readonly files: readonly string[];
  /** Test files, or folders of them. */
  readonly tests: readonly string[];
}

export const areas: readonly MutationArea[] = [
  {
    folder: "packages/deploy/protocol",
    files: ["lease.ts", "request.ts", "transaction.ts", "values.ts"],
    tests: ["test/unit/deploy/protocol"],
  },
  {
    folder: "packages/deploy/plan",
    files: ["compile.ts", "parse.ts", "schema.ts"],
    tests: ["test/unit/deploy/plan"],
  },
  {
    folder: "packages/deploy/records",
    files: ["redact.ts"],
    tests: ["test/unit/deploy/records/redact.test.ts"],
  },
  {
    folder: "packages/core/vocabulary",
    files: ["redaction.ts"],
    tests: ["test/unit/core/redaction.test.ts"],
  },
  {
    folder: "packages/failover/choice",
    files: [
      "choose.ts",
      "deploy-runner.ts",
      "gate-decision.ts",
      "judge.ts",
      "maintenance.ts",
      "pause.ts",
      "timed-entries.ts",
    ],
    tests: ["test/unit/failover/choice"],
  },
  {
    folder: "config",
    files: [
      "check-delivery-runner.ts",
      "cross-checks.ts",
      "machines.ts",
      "parse.ts",
      "problems.ts",
      "secrets.ts",
      "unmet-demands.ts",
    ],
    tests: ["test/unit/config"],
  },
  {
    folder: "policy/guards",
    files: [
      "actions-pinned.ts",
      "default-token-read-only.ts",
      "passphrase-set.ts",
      "production-reviewed.ts",
      "production-vm-protected.ts",
      "pull-requests-hosted.ts",
      "repository-private.ts",
      "runner-labels-exclusive.ts",
      "secrets-encrypted.ts",
    ],
    tests: ["test/unit/policy"],
  },
];

/** Files of an area that are mutated, relative to the project. */
export const filesOf = ({ folder, files }: MutationArea): string[] => files.map((file) => `${folder}/${file}`);

/** @returns the areas named, all of them for no name; or the name that is none */
export function areasNamed(names: readonly string[]): readonly MutationArea[] | { readonly unknown: string } {
  const wanted = names.map((name) => name.replace(/^\.\/|\/+$/g, ""));
  const unknown = wanted.find((name) => !areas.some(({ folder }) => within(folder, name)));
  if (unknown !== undefined) return { unknown };
  return areas.filter(({ folder }) => wanted.length === 0 || wanted.some((name) => within(folder, name)));
}

const within = (folder: string, name: string): boolean => folder === name || folder.startsWith(`${name}/`);
