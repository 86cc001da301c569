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
  }),
);

export type Distribution = z.output<typeof manifest>[number];

const byVersionDown = (a: Distribution, b: Distribution): number =>
  b.version.localeCompare(a.version, "en", { numeric: true });

/**
 * The runner distributions on offer, newest first. GitHub offers only the newest; the lab lists every version so that a
 * version bump can be rehearsed.
 * @throws Error when manifest.json is there but is not a list of distributions
 */
export function listDistributions(folder: string): Distribution[] {
  const file = path.join(folder, "manifest.json");
  if (!existsSync(file)) return [];
  return manifest.parse(JSON.parse(readFileSync(file, "utf8"))).sort(byVersionDown);
}

/** Path under which GitHub serves a release of the runner, and the emulator a distribution. */
export const downloadPath = ({ version, file }: Distribution): string =>
  `/actions/runner/releases/download/v${version}/${file}`;
