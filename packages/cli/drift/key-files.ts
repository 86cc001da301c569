import { readFileSync } from "node:fs";
import path from "node:path";

/** A script for a host, behind the functions that find the files with a user's keys. @param file the script's path */
export function withKeyFiles(file: string): string {
  const functions = readFileSync(path.join(__dirname, "scripts", "key-files.sh"), "utf8");
  return `${functions}\n${readFileSync(file, "utf8")}`;
}
