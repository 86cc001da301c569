import path from "node:path";
import { ensureUserFolder, stateFolder } from "@ghrunners/core/user-folders";
import { PROMOTIONS_VARIABLE } from "@ghrunners/core/vocabulary/delivery";
import { writeWhole } from "@ghrunners/core/whole-file";
import type { PromotionRecord } from "./record";

/** Folder of the records. GHRUNNERS_PROMOTIONS overrides it, for a pipeline that archives them. */
export function promotionFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env[PROMOTIONS_VARIABLE] || path.join(stateFolder(env), "promotions");
}

export function writeRecord(folder: string, record: PromotionRecord): string {
  const records = path.join(folder, "records");
  ensureUserFolder(records, PROMOTIONS_VARIABLE);
  const file = path.join(records, `${record.id}.json`);
  writeWhole(file, `${JSON.stringify(record, null, 2)}\n`);
  return file;
}
