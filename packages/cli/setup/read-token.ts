import { readFileSync } from "node:fs";
import { WrongUse } from "../command";

/** A token in a file. @throws WrongUse without its content */
export function readToken(file: string): string {
  try {
    const token = readFileSync(file, "utf8").trim();
    if (token !== "") return token;
  } catch (error) {
    throw new WrongUse(`The token's file: ${(error as Error).message}. Expected a file with a token of GitHub.`);
  }
  throw new WrongUse(`Seen nothing in ${file}. Expected a token of GitHub.`);
}
