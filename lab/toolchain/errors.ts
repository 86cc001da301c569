/**
 * A failure the user can do something about: its message says what was seen, what was expected and the next command.
 */
export class ToolchainError extends Error {
  override readonly name = "ToolchainError";
}

const AGAIN = "then run: npm run toolchain -- ensure";

export function fullDisk(where: string): ToolchainError {
  return new ToolchainError(
    `The disk of ${where} is full. A first build needs about 6 GB there and in Go's caches. ` +
      `See: df -h ${where}; free some space or set XDG_CACHE_HOME, ${AGAIN}`,
  );
}

export function goMissing(needed: string): ToolchainError {
  return new ToolchainError(
    `Go was not found on PATH. Expected Go ${needed} or newer, since no official Pulumi release could be had. ` +
      `Install it from https://go.dev/dl/, ${AGAIN}`,
  );
}

export function goTooOld(seen: string, needed: string): ToolchainError {
  return new ToolchainError(
    `Go is too old: saw ${seen}, expected ${needed} or newer. Install it from https://go.dev/dl/, ${AGAIN}`,
  );
}

export function goNoNetwork(part: string, proxy: string, detail: string): ToolchainError {
  return new ToolchainError(
    `The Go modules of ${part} could not be fetched from ${proxy}: ${detail}. ` +
      `Expected a reachable Go module proxy; see: go env GOPROXY. Set it (go env -w GOPROXY=URL), ${AGAIN}`,
  );
}

export function goBuildFailed(part: string, command: string, stderr: string): ToolchainError {
  return new ToolchainError(`Building ${part} failed. Seen:\n${stderr.trim()}\nTry it by hand: ${command}`);
}

/** Whether an error or a tool's output speaks of a full disk. "Wrote only 1 of 2 bytes" is how GNU tar does. */
export function speaksOfFullDisk(text: string): boolean {
  return /ENOSPC|no space left on device|disk quota exceeded|Wrote only \d+ of \d+ bytes/i.test(text);
}

/** Whether a Go tool's output speaks of a module that could not be fetched. */
export function speaksOfNetwork(text: string): boolean {
  return /dial tcp|no such host|connection refused|i\/o timeout|TLS handshake|module lookup disabled|proxyconnect|\b(403|502|503|504) /i.test(
    text,
  );
}
