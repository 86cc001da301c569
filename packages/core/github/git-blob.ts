import { createHash } from "node:crypto";

/** Git's object id of a file. @example gitBlob(Buffer.from("")) // "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391" */
export const gitBlob = (content: Buffer): string =>
  createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
