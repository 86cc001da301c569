/**
 * Reads Prometheus' text format, as far as the exporters use it. Pure. Why not parse-prometheus-text-format: it builds
 * every family of a node exporter with its help text, at each evaluation, in a service with a memory limit; a lookup by
 * labels would still be ours.
 */

type Labels = Readonly<Record<string, string>>;

interface Line {
  readonly labels: Labels;
  readonly value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

const unescaped = (text: string): string =>
  text.replace(/\\(.)/g, (_, after: string) => (after === "n" ? "\n" : after));

/** The samples of one scrape. */
export class Samples {
  private readonly lines = new Map<string, Line[]>();

  constructor(text: string) {
    for (const line of text.split("\n")) {
      const found = LINE.exec(line);
      if (found === null) continue;
      const [, name = "", labels = "", value = ""] = found;
      const entry = {
        labels: Object.fromEntries(
          [...labels.matchAll(LABEL)].map(([, label = "", content = ""]) => [label, unescaped(content)]),
        ),
        value: Number(value),
      };
      this.lines.set(name, [...(this.lines.get(name) ?? []), entry]);
    }
  }

  private find(metric: { readonly name: string }, labels: Labels): Line | undefined {
    const wanted = Object.entries(labels);
    return this.lines.get(metric.name)?.find((line) => wanted.every(([name, value]) => line.labels[name] === value));
  }

  /** Value of the first sample with these labels; undefined if there is none, or it is not a number. */
  value(metric: { readonly name: string }, labels: Labels = {}): number | undefined {
    const value = this.find(metric, labels)?.value;
    return value === undefined || Number.isNaN(value) ? undefined : value;
  }

  /** A label of the first sample with these labels. */
  label(metric: { readonly name: string }, labels: Labels, name: string): string | undefined {
    return this.find(metric, labels)?.labels[name];
  }
}
