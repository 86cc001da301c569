/** One series of an answer: its labels and its samples as [Unix seconds, value]. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [number, number])[];
}

/** A span of time to query, in Unix seconds. */
export interface Window {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/**
 * The parts of Prometheus' HTTP API that this project uses: prometheus.io/docs/prometheus/latest/querying/api. Why not
 * prometheus-query: it brings axios for two requests, and its errors name neither the address nor the next command.
 */
export interface Prometheus {
  readonly instant: (query: string, at: number) => Promise<Series[]>;
  readonly range: (query: string, window: Window) => Promise<Series[]>;
  /** Environments that have targets, in order. */
  readonly environments: () => Promise<string[]>;
}

interface Answer {
  readonly status: "success" | "error";
  readonly error?: string;
  readonly data: unknown;
}

type Sample = readonly [number, string];
interface Result {
  readonly metric: Record<string, string>;
  readonly value?: Sample;
  readonly values?: readonly Sample[];
}

/** Samples that are not a number (0 divided by 0) are left out: they cannot be drawn. */
function seriesOf(data: unknown): Series[] {
  const { result } = data as { result: readonly Result[] };
  return result
    .map(({ metric, value, values }) => ({
      labels: metric,
      points: (values ?? (value === undefined ? [] : [value]))
        .map(([time, text]) => [time, Number(text)] as const)
        .filter(([, number]) => Number.isFinite(number)),
    }))
    .filter(({ points }) => points.length > 0);
}

/**
 * @param url Prometheus' address, e.g. `http://127.0.0.1:19090`
 * @param limitMs time limit of one answer
 * @throws Error that names the address or the query, what was seen and the next command
 */
export function prometheusAt(url: string, limitMs = 15_000): Prometheus {
  const base = url.replace(/\/+$/, "");
  const get = async (path: string, parameters: Readonly<Record<string, string>>): Promise<unknown> => {
    const response = await fetch(`${base}/api/v1/${path}`, {
      method: "POST",
      body: new URLSearchParams(parameters),
      signal: AbortSignal.timeout(limitMs),
    }).catch((error: Error) => {
      const cause = error.cause instanceof Error ? error.cause.message : error.message;
      throw new Error(
        `No Prometheus answers at ${base}: ${cause}. Expected the monitoring host's; name another with --prometheus URL.`,
      );
    });
    const text = await response.text();
    const answer = parse(text);
    if (answer?.status !== "success") {
      throw new Error(
        `Prometheus at ${base} answered ${response.status} to ${parameters.query ?? path}: ${answer?.error ?? text.slice(0, 200)}`,
      );
    }
    return answer.data;
  };
  return {
    instant: async (query, at) => seriesOf(await get("query", { query, time: String(at) })),
    range: async (query, { start, end, step }) =>
      seriesOf(await get("query_range", { query, start: String(start), end: String(end), step: String(step) })),
    environments: async () => {
      const found = seriesOf(
        await get("query", { query: 'count by (environment) (up{job=~"ghrunners-.+", environment!=""})' }),
      );
      return found.flatMap(({ labels }) => labels.environment ?? []).sort();
    },
  };
}

function parse(text: string): Answer | undefined {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return undefined;
  }
}
