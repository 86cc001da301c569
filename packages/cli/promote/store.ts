import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { baseFolders } from "@ghrunners/lab/instance";
import type { Stack } from "../pulumi/stack";
import type { StagingProof } from "./proof";
import type { PromotionRecord } from "./record";

/**
 * Folder of proofs and records: in the lab's state, else the user's. GHRUNNERS_PROMOTIONS names another one, for a
 * pipeline that hands the proof from one job to the next. No instance of the lab can have a name with a dot.
 */
export function promotionFolder({ lab }: Pick<Stack, "lab">, env: NodeJS.ProcessEnv = process.env): string {
  if (lab !== undefined) return path.join(lab.instance.state, "promotions");
  return env.GHRUNNERS_PROMOTIONS || path.join(baseFolders(env).state, "own.promotions");
}

const proofFile = (folder: string): string => path.join(folder, "staging-proof.json");

export function write(folder: string, name: string, content: unknown): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, name);
  writeFileSync(`${file}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return file;
}

export const writeProof = (folder: string, proof: StagingProof): string =>
  write(folder, path.basename(proofFile(folder)), proof);

/** @throws Error when the file is no JSON */
export function readProof(folder: string): StagingProof | undefined {
  const file = proofFile(folder);
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, "utf8")) as StagingProof;
  } catch {
    throw new Error(`${file} is no JSON. Next: npm run promote -- staging, which writes it again.`);
  }
}

export const writeRecord = (folder: string, record: PromotionRecord): string =>
  write(path.join(folder, "records"), `${record.id}.json`, record);
