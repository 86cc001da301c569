/**
 * Reads every runner once: its exporter, its node exporter, and GitHub's view from the fleet exporter on this host.
 */
import http from "node:http";
import { readWhole } from "@ghrunners/core/read-whole";
import type { SwitchConfig } from "../config";
import { Samples } from "./samples";
import { diskView, githubView, hostView, newer, queueView, type RunnerViews } from "./views";

/**
 * Time limit, because a frozen machine accepts a connection and does not answer: shorter than the pause between two
 * reads.
 */
const LIMIT_MS = 3_000;
/**
 * Longest answer, bytes. Where an exporter restarts, a job may listen on its port in the meantime and answer without
 * end.
 */
const LONGEST_ANSWER = 8 * 2 ** 20;
/** Node exporter has hundreds of series; the file systems are enough. */
const DISKS_ONLY = "?collect[]=filesystem";

interface Answer {
  readonly samples: Samples;
  /** Time of the answer by this host's clock, ms. */
  readonly at: number;
  /** What the answering host's clock showed, ms. */
  readonly theirClock: number;
}

/** Asks one exporter; undefined when it does not answer in time. */
export type ReadExporter = (url: string) => Promise<Answer | undefined>;

const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });

const tooLong = (): Error => new Error(`The answer has more than ${LONGEST_ANSWER} bytes.`);

function get(url: string): Promise<{ text: string; date: string | undefined }> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent, signal: AbortSignal.timeout(LIMIT_MS) }, (response) => {
      if (response.statusCode !== 200) {
        response.resume();
        reject(new Error(`${url} answered ${response.statusCode}`));
        return;
      }
      readWhole(response, LONGEST_ANSWER, tooLong).then(
        (text) => resolve({ text: text.toString("utf8"), date: response.headers.date }),
        reject,
      );
    });
    request.on("error", reject);
  });
}

export const readByHttp: ReadExporter = async (url) => {
  try {
    const { text, date } = await get(url);
    const at = Date.now();
    const theirClock = Date.parse(date ?? "");
    return { samples: new Samples(text), at, theirClock: Number.isNaN(theirClock) ? at : theirClock };
  } catch {
    // An exporter that does not answer gives no view: the age of its last one shows that.
    return undefined;
  }
};

/**
 * @param now this host's clock, ms since 1970
 * @returns views by the runner's name, each the newest of the known one and the one just read
 */
export async function readViews(
  config: SwitchConfig,
  before: Readonly<Record<string, RunnerViews>>,
  ask: ReadExporter,
  now: () => number,
): Promise<Record<string, RunnerViews>> {
  const fleet = ask(config.fleetUrl);
  const views = config.runners.map(async (runner): Promise<[string, RunnerViews]> => {
    const [own, node, github] = await Promise.all([
      ask(runner.exporterUrl),
      ask(`${runner.nodeUrl}${DISKS_ONLY}`),
      fleet,
    ]);
    const known = before[runner.name] ?? {};
    return [
      runner.name,
      {
        host: newer(known.host, own && hostView(own.samples, own.at, own.theirClock), now()),
        disk: newer(known.disk, node && diskView(node.samples, node.at), now()),
        github: newer(known.github, github && githubView(github.samples, runner), now()),
        oldestQueuedSeconds: newer(known.oldestQueuedSeconds, github && queueView(github.samples, runner), now()),
      },
    ];
  });
  return Object.fromEntries(await Promise.all(views));
}

/** Whether every view of every runner was read at least once. */
export function isComplete(views: Readonly<Record<string, RunnerViews>>): boolean {
  return Object.values(views).every(
    ({ host, disk, github, oldestQueuedSeconds }) =>
      host !== undefined && disk !== undefined && github !== undefined && oldestQueuedSeconds !== undefined,
  );
}
