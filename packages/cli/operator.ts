import { hostname } from "node:os";

/** Who runs this command, and where, for records and notes: `ada@laptop`. */
export const operator = (): string => `${process.env.GITHUB_ACTOR ?? process.env.USER ?? "unknown"}@${hostname()}`;
