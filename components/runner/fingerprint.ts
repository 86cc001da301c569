import { createHash } from "node:crypto";

/** A short text that differs when a value does. */
export function fingerprint(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}
