/** Parses the output of scripts/observe-files.sh. Pure. */
import type { FileSum } from "./state-monitoring";

export function parseSums(output: string): FileSum[] {
  return output.split("\0").flatMap((line) => {
    const [, sha256, path] = /^([0-9a-f]{64}) [ *](.+)$/s.exec(line) ?? [];
    return sha256 === undefined || path === undefined ? [] : [{ path, sha256 }];
  });
}
