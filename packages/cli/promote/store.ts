import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stateFolder } from "@ghrunners/core/user-folders";
import type { StagingProof } from "./proof";
import type { PromotionRecord } from "./record";

/** Folder of proofs and records. GHRUNNERS_PROMOTIONS names one that a pipeline hands from one job to the next. */
export function promotionFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env.GHRUNNERS_PROMOTIONS || path.join(stateFolder(env), "promotions");
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
    throw new Error(`${file} is no JSON. Next: ghrunners promote staging, which writes it again.`);
  }
}

export const writeRecord = (folder: string, record: PromotionRecord): string =>
  write(path.join(folder, "records"), `${record.id}.json`, record);
