/** One scrape: values by series, such as `github_runner_online{runner="a",role="primary"}`. */
export interface Scrape {
  readonly text: string;
  readonly milliseconds: number;
  readonly values: ReadonlyMap<string, number>;
}

/** Series of a text in Prometheus' format. */
export function seriesOf(text: string): Map<string, number> {
  return new Map(
    text
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line): [string, number] => {
        const at = line.lastIndexOf(" ");
        return [line.slice(0, at), Number(line.slice(at + 1))];
      }),
  );
}

export async function scrape(port: number): Promise<Scrape> {
  const begin = performance.now();
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  const text = await response.text();
  if (!response.ok) throw new Error(`The scrape answered ${response.status}: ${text}`);
  return { text, milliseconds: performance.now() - begin, values: seriesOf(text) };
}

/** Names of the metrics that a text declares. */
export const declared = (text: string): string[] =>
  [...text.matchAll(/^# TYPE (\S+) /gm)].map((match) => match[1] ?? "");

/** Names of the metrics that have at least one series. */
export function emitted(text: string): Set<string> {
  return new Set(
    [...seriesOf(text).keys()].map((series) => series.replace(/\{.*/, "").replace(/_(bucket|sum|count)$/, "")),
  );
}
