import { isIPv4, isIPv6 } from "node:net";

const units = ["", "K", "M", "G", "T"] as const;

/** `20G`, `512M`, `8589934592` in bytes; undefined when it is no size. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([KMGT])?$/.exec(text);
  if (match === null) return undefined;
  const power = units.indexOf((match[2] ?? "") as (typeof units)[number]);
  return Math.ceil(Number(match[1]) * 1024 ** power);
}

/** In the largest unit that gives a whole number, as Proxmox VE writes disk sizes. */
export function printSize(bytes: number): string {
  let power = 0;
  while (power < units.length - 1 && bytes > 0 && bytes % 1024 ** (power + 1) === 0) power += 1;
  return `${bytes / 1024 ** power}${units[power]}`;
}

const tagPattern = /^[a-z0-9_][a-z0-9_\-+.]*$/i;

/**
 * Lower case, without duplicates, sorted, joined by `;`.
 * @returns undefined when a tag has a character that is not allowed
 */
export function normalizeTags(text: string): string | undefined {
  const tags = text.split(/[;,\s]+/).filter((tag) => tag !== "");
  if (!tags.every((tag) => tagPattern.test(tag))) return undefined;
  return [...new Set(tags.map((tag) => tag.toLowerCase()))].sort().join(";");
}

/**
 * OpenSSH public keys, one a line, from the percent-encoded option `sshkeys`.
 * @returns undefined when it is no such text
 */
export function decodeSshKeys(encoded: string): string[] | undefined {
  try {
    const lines = decodeURIComponent(encoded).split("\n");
    return lines.map((line) => line.trim()).filter((line) => line !== "");
  } catch {
    return undefined;
  }
}

/** Percent-encoded as the option `sshkeys` wants it. */
export const encodeSshKeys = (keys: readonly string[]): string => encodeURIComponent(keys.join("\n"));

export function isCidr(text: string): boolean {
  const [address = "", length, more] = text.split("/");
  if (more !== undefined || length === undefined || !/^\d{1,3}$/.test(length)) return false;
  return (isIPv4(address) && Number(length) <= 32) || (isIPv6(address) && Number(length) <= 128);
}

export const isDnsName = (text: string): boolean =>
  text.length <= 255 && text.split(".").every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(label));

/** Parts of a task's name: `UPID:node:pid:pstart:starttime:type:id:user:`. */
export interface Upid {
  readonly node: string;
  readonly pid: number;
  readonly processStart: number;
  /** Seconds since the epoch. */
  readonly startTime: number;
  readonly type: string;
  readonly id: string;
  /** `USER@REALM` or `USER@REALM!TOKENID`. */
  readonly user: string;
}

const hex = (value: number): string => value.toString(16).toUpperCase().padStart(8, "0");

export function printUpid(upid: Upid): string {
  const { node, pid, processStart, startTime, type, id, user } = upid;
  return `UPID:${node}:${hex(pid)}:${hex(processStart)}:${hex(startTime)}:${type}:${id}:${user}:`;
}

/** @returns undefined when the text names no task */
export function parseUpid(text: string): Upid | undefined {
  const match =
    /^UPID:([a-zA-Z0-9-]+):([0-9A-F]{8}):([0-9A-F]{8,9}):([0-9A-F]{8}):([^:\s]+):([^:\s]*):([^:\s]+):$/.exec(text);
  if (match === null) return undefined;
  const [, node, pid, processStart, startTime, type, id, user] = match as unknown as [string, ...string[]] & string[];
  return {
    node: node as string,
    pid: parseInt(pid as string, 16),
    processStart: parseInt(processStart as string, 16),
    startTime: parseInt(startTime as string, 16),
    type: type as string,
    id: id as string,
    user: user as string,
  };
}

/** Volume id of a guest's disk: a file below a folder of its own on a directory, else a logical volume. */
export function volumeId(
  storage: { readonly id: string; readonly type: string },
  vmid: number,
  name: string,
  format: "qcow2" | "raw" = "qcow2",
): string {
  return storage.type === "dir" ? `${storage.id}:${vmid}/${name}.${format}` : `${storage.id}:${name}`;
}
