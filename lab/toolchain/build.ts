import path from "node:path";
import { fullDisk, goBuildFailed, goMissing, goNoNetwork, goTooOld, speaksOfFullDisk, speaksOfNetwork } from "./errors";
import { goDirective, type WantedPart } from "./parts";
import { run } from "./run";
import { readFileSync } from "node:fs";

/** Compares Go versions such as "1.26" and "1.26.8" by their numbers. */
export function goVersionAtLeast(seen: string, needed: string): boolean {
  const numbers = (version: string): number[] => version.split(".").map((part) => Number.parseInt(part, 10) || 0);
  const [a, b] = [numbers(seen), numbers(needed)];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/**
 * The version of Go that builds the module.
 * @throws ToolchainError when Go is missing or older than the module's go.mod asks for
 */
export async function goVersion(moduleFolder: string): Promise<string> {
  const needed = goDirective(readFileSync(path.join(moduleFolder, "go.mod"), "utf8"));
  const outcome = await run("go", ["env", "GOVERSION"], { cwd: moduleFolder }).catch(() => {
    throw goMissing(needed);
  });
  const seen = /go(\d+\.\d+(?:\.\d+)?)/.exec(outcome.code === 0 ? outcome.stdout : outcome.stderr)?.[1];
  if (outcome.code !== 0 && /running go (\S+);/.test(outcome.stderr)) {
    throw goTooOld(/running go (\S+);/.exec(outcome.stderr)?.[1] ?? "?", needed);
  }
  if (seen === undefined || !goVersionAtLeast(seen, needed)) throw goTooOld(seen ?? outcome.stdout.trim(), needed);
  return seen;
}

/**
 * The arguments of `go` that build a part into a file. No flag that changes how packages are compiled: so `go test` and `go vet`
 * find them in Go's cache.
 */
export function buildArguments(part: WantedPart, output: string): string[] {
  const { versionVariable, versionPrefix, package: name, tags } = part.go;
  const ldflags = `-s -w -X ${versionVariable}=${versionPrefix}${part.version}`;
  const tagged = tags === undefined ? [] : ["-tags", tags.join(",")];
  return ["build", "-buildvcs=false", ...tagged, "-ldflags", ldflags, "-o", output, name];
}

/**
 * Builds a part from its Go module.
 * @param output file to write
 * @returns the Go version that built it
 * @throws ToolchainError when Go is missing or too old, modules cannot be fetched, the disk is full or the build fails
 */
export async function buildPart(part: WantedPart, goRoot: string, output: string): Promise<string> {
  const cwd = path.join(goRoot, part.go.module);
  const version = await goVersion(cwd);
  const args = buildArguments(part, output);
  const outcome = await run("go", args, { cwd });
  if (outcome.code === 0) return version;
  if (speaksOfFullDisk(outcome.stderr)) throw fullDisk(path.dirname(output));
  if (speaksOfNetwork(outcome.stderr)) {
    const proxy = (await run("go", ["env", "GOPROXY"])).stdout.trim();
    throw goNoNetwork(part.name, proxy, outcome.stderr.trim().split("\n").at(-1) ?? "");
  }
  throw goBuildFailed(
    part.name,
    `(cd ${cwd} && go ${args.map((arg) => JSON.stringify(arg)).join(" ")})`,
    outcome.stderr,
  );
}
