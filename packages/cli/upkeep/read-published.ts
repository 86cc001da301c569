/** Asks GitHub and the image's publisher what is newest. Reads only. */
import { z } from "zod";
import { schema } from "@ghrunners/config/schema";
import type { GitHubClient } from "@ghrunners/core/github/client";
import { GitHubError, statusOf } from "@ghrunners/core/github/errors";
import { explainNoAnswer } from "@ghrunners/core/https/explain-no-answer";
import { readWhole } from "@ghrunners/core/read-whole";
import { WrongUse } from "../command";
import type { SettingsTree } from "../pulumi/stack-document";
import type { UpkeepFinding } from "./finding";
import { judgeImage, type ReadText } from "./image-build";
import { judgeRunner, type VersionsSeen } from "./runner-version";

const LIMIT_MS = 30_000;
/** Lists of builds have some hundred KiB. */
const MOST_BYTES = 8 * 2 ** 20;

/** Undefined also for a token that may not read it: a job's token may read no runners. */
async function whereAllowed<T>(question: Promise<T>, refused: string[]): Promise<T | undefined> {
  try {
    return await question;
  } catch (error) {
    const isRefused = [403, 404].includes(statusOf(error) ?? 0) && (error as GitHubError).allowedAt === undefined;
    if (!isRefused) throw error;
    refused.push((error as Error).message);
    return undefined;
  }
}

/** @param version the one in the stack's file */
export async function seeRunner(
  client: Pick<GitHubClient, "downloads" | "runnerVersions" | "registrationEnds">,
  version: string | undefined,
): Promise<{ readonly seen: VersionsSeen; readonly refused: readonly string[] }> {
  const refused: string[] = [];
  const [offered, versions, ends] = await Promise.all([
    whereAllowed(client.downloads(), refused),
    whereAllowed(client.runnerVersions(), refused),
    version === undefined ? undefined : whereAllowed(client.registrationEnds(version), refused),
  ]);
  return { seen: { offered, versions, ends }, refused };
}

/** @param open for tests; follows redirects, as the mirrors of publishers need */
export function textReader(open: typeof fetch = fetch): ReadText {
  return async (url) => {
    const answer = await open(url, { signal: AbortSignal.timeout(LIMIT_MS) }).catch((error: unknown) => {
      throw new Error(explainNoAnswer(url, "the images' publisher", "ghrunners:proxmox.image.url", error));
    });
    if (answer.status === 404) return undefined;
    if (!answer.ok) throw new Error(`${url} answers ${answer.status}. Expected 200. Next: the same command later`);
    const tooLong = (): Error => new Error(`${url} has more than ${MOST_BYTES} bytes. Expected a list.`);
    return answer.body === null ? "" : (await readWhole(answer.body, MOST_BYTES, tooLong)).toString("utf8");
  };
}

const pins = z.object({
  agent: schema.shape.agent.unwrap().pick({ version: true, downloadUrl: true, sha256: true }).strip().default({}),
  proxmox: schema.shape.proxmox.pick({ image: true, templateId: true }).strip(),
});

/** @param file name of the stack's file, for errors @throws WrongUse where it has no such settings */
export async function findNewer(
  tree: SettingsTree,
  file: string,
  client: Parameters<typeof seeRunner>[0],
  read: ReadText,
): Promise<UpkeepFinding[]> {
  const parsed = pins.safeParse(tree);
  if (!parsed.success)
    throw new WrongUse(`${file}: ${z.prettifyError(parsed.error)}\nNext: ghrunners doctor, which names each problem`);
  const { agent, proxmox } = parsed.data;
  const [{ seen, refused }, image] = await Promise.all([
    seeRunner(client, agent.version),
    judgeImage(proxmox.image, proxmox.templateId, read),
  ]);
  return [judgeRunner(agent, seen, refused), image];
}
