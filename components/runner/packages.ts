/**
 * What a runner's host needs beside a Debian or Ubuntu cloud image; `libicu` is the one of its release.
 * Source of what the runner itself needs: actions/runner, bin/installdependencies.sh. libssl and zlib come with curl.
 *
 * @param logs how its logs leave it; undefined: they stay
 */
export function runnerPackages(logs: "alloy" | "journal-upload" | undefined): string[] {
  return [
    ...["libicu", "libkrb5-3", "curl", "ca-certificates"],
    ...["nodejs", "prometheus-node-exporter", "qemu-guest-agent"],
    ...(logs === undefined ? [] : ["python3"]),
    ...(logs === "journal-upload" ? ["systemd-journal-remote"] : []),
  ];
}
