import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

const manifest = z.array(
  z.object({
    version: z.string().regex(/^\d+\.\d+\.\d+$/),
    file: z.string().regex(/^[\w.-]+\.tar\.gz$/),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    os: z.string(),
    architecture: z.string(),
    /** Published, but not offered to every repository yet. Source: actions/runner, its releases. */
    prerelease: z.boolean().default(false),
    published: z.iso.datetime().default("2026-01-01T00:00:00Z"),
  }),
);

export type OfferedDistribution = z.output<typeof manifest>[number];

const byVersionDown = (a: OfferedDistribution, b: OfferedDistribution): number =>
  b.version.localeCompare(a.version, "en", { numeric: true });

/**
 * The releases of the runner that there are, newest first. GitHub's downloads route offers the newest alone; the others
 * are releases of actions/runner still.
 * @throws Error when manifest.json is there but is not a list of distributions
 */
export function listDistributions(folder: string): OfferedDistribution[] {
  const file = path.join(folder, "manifest.json");
  if (!existsSync(file)) return [];
  return manifest.parse(JSON.parse(readFileSync(file, "utf8"))).sort(byVersionDown);
}

/** What the downloads route offers: of each kind of machine the newest that is no pre-release. */
export const offeredDistributions = (folder: string): OfferedDistribution[] =>
  listDistributions(folder)
    .filter(({ prerelease }) => !prerelease)
    .filter(
      ({ os, architecture }, index, all) =>
        all.findIndex((other) => other.os === os && other.architecture === architecture) === index,
    );

/** Path under which GitHub serves a release of the runner, and the emulator a distribution. */
export const downloadPath = ({ version, file }: OfferedDistribution): string =>
  `/actions/runner/releases/download/v${version}/${file}`;

/** The releases of actions/runner as its API shows them, newest first. */
export const releaseViews = ({ publicUrl }: { readonly publicUrl: string }, all: readonly OfferedDistribution[]) =>
  [...new Set(all.map(({ version }) => version))].map((version) => {
    const files = all.filter((each) => each.version === version);
    return {
      tag_name: `v${version}`,
      draft: false,
      prerelease: files.some(({ prerelease }) => prerelease),
      published_at: files[0]?.published ?? null,
      assets: files.map((file) => ({
        name: file.file,
        state: "uploaded",
        browser_download_url: `${publicUrl}${downloadPath(file)}`,
        digest: `sha256:${file.sha256}`,
      })),
    };
  });
