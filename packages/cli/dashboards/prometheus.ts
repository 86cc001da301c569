import { request } from "../monitoring/request";

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

/** Time limit of one answer: a query over 30 days takes longer than a list of targets. */
const LIMIT_MS = 15_000;

/**
 * @param url Prometheus' address, e.g. `http://127.0.0.1:19090`
 * @param setting what holds the address; default `ghrunners:monitoring`
 * @throws Error that names the address and the query, what was seen and the next command
 */
export function prometheusAt(url: string, setting?: string): Prometheus {
  const base = url.replace(/\/+$/, "");
  const get = async (path: string, parameters: Readonly<Record<string, string>>): Promise<unknown> => {
    const body = new URLSearchParams(parameters);
    const where = setting === undefined ? {} : { setting };
    const options = { method: "POST", body, limitMs: LIMIT_MS, ...where } as const;
    return (await request<{ readonly data: unknown }>(`${base}/api/v1/${path}`, options)).data;
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
