import type { RunnerDownload } from "@ghrunners/core/github/client";

/**
 * The archive of one version among those that GitHub offers the repository. Pure.
 *
 * @throws Error naming what is offered when the version is not, or has no checksum
 */
export function chooseDownload(downloads: readonly RunnerDownload[], version: string): { url: string; sha256: string } {
  const fitting = downloads.filter(({ os, architecture }) => os === "linux" && architecture === "x64");
  const found = fitting.find(({ filename }) => filename === `actions-runner-linux-x64-${version}.tar.gz`);
  const pin =
    "Next: pulumi config set --path 'ghrunners:agent.version' VERSION, or pin ghrunners:agent.downloadUrl and agent.sha256";
  if (found === undefined) {
    const offered = fitting.map(({ filename }) => filename).join(", ");
    throw new Error(`GitHub offers no runner ${version} for linux x64: seen ${offered || "nothing"}. ${pin}`);
  }
  if (found.sha256 === undefined || found.sha256 === "") {
    throw new Error(`GitHub names no SHA-256 for ${found.filename}, so it cannot be checked. ${pin}`);
  }
  return { url: found.url, sha256: found.sha256 };
}
