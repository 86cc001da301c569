import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { archiveName, folderInArchive } from "@ghrunners/lab/toolchain/download";
import type { WantedPart } from "@ghrunners/lab/toolchain/parts";
import { platform } from "@ghrunners/lab/toolchain/source";

/** A release server on loopback that answers as GitHub's API does for releases by tag, with small archives. */
export interface ReleaseServer {
  readonly base: string;
  /** Paths asked for, in order. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

export interface ReleaseOptions {
  /** Name of a part whose archive is not what the checksum file says. */
  readonly spoiled?: string;
  /** Name of a part that has no release. */
  readonly missing?: string;
  /** Size of each executable, in bytes. */
  readonly bytes?: number;
}

/** An archive with the executables of its parts, each of which says what it is. */
function archive(parts: readonly WantedPart[], bytes: number): Buffer {
  const folder = mkdtempSync(path.join(tmpdir(), "ghr-release-"));
  try {
    for (const part of parts) {
      const at = path.join(folder, folderInArchive(part, platform()));
      mkdirSync(at, { recursive: true });
      const text = `#!/bin/sh\necho official ${part.name} v${part.version}\n`;
      writeFileSync(path.join(at, part.binary), text + "#".repeat(Math.max(0, bytes - text.length)), { mode: 0o755 });
    }
    const packed = spawnSync("tar", ["-czf", "-", "-C", folder, "."], { maxBuffer: 64 * 2 ** 20 });
    if (packed.status !== 0) throw new Error(`tar: ${String(packed.stderr)}`);
    return packed.stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function serveReleases(
  parts: readonly WantedPart[],
  options: ReleaseOptions = {},
): Promise<ReleaseServer> {
  const asked: string[] = [];
  const files = new Map<string, Buffer>();
  const server: Server = createServer((request, response) => {
    const url = request.url ?? "/";
    asked.push(url);
    const body = url === "/" ? Buffer.from("{}") : files.get(url);
    response.writeHead(body === undefined ? 404 : 200);
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const part of parts.filter(({ name }) => name !== options.missing)) {
    const name = archiveName(part, platform());
    // The CLI and the language host are in one archive; so are Prometheus and promtool.
    const content = archive(
      parts.filter((other) => archiveName(other, platform()) === name),
      options.bytes ?? 0,
    );
    const hash = createHash("sha256").update(content).digest("hex");
    const file = `/files/${name}`;
    files.set(file, part.name === options.spoiled ? Buffer.concat([content, Buffer.from("x")]) : content);
    const sums = part.place === "tool" ? "/files/sha256sums.txt" : `${file}-checksums.txt`;
    files.set(sums, Buffer.from(`${"0".repeat(64)}  other.tar.gz\n${hash}  ${name}\n`));
    const asset = (at: string): object => ({ name: path.basename(at), browser_download_url: base + at });
    files.set(
      `/repos/${part.repository}/releases/tags/v${part.version}`,
      Buffer.from(JSON.stringify({ assets: [asset(file), asset(sums)] })),
    );
  }
  return {
    base,
    asked,
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve()))),
  };
}
