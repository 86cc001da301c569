/**
 * Keeps each part of the snapshot as fresh as its source allows. Nothing is read while no page asks: GitHub's requests
 * are counted, and a console that was forgotten must not use them up.
 */
import { failed, loading, off, read, type SnapshotPart, type PartData, type PartName, type Parts } from "./snapshot";

/** How a part is read. */
export type PartSource<Data> =
  | {
      readonly read: () => Promise<Data>;
      /** Age at which it is read again, ms. */
      readonly everyMs: number;
    }
  /** The stack has no such thing. */
  | { readonly off: string };

export type PartSources = { readonly [Name in PartName]: PartSource<PartData[Name]> };

const textOf = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof Error && error.cause instanceof Error ? `${message}: ${error.cause.message}` : message;
};

/** One part, with the reading that is under way. */
class Reading<Data> {
  private part: SnapshotPart<Data>;
  private begunAt = -Infinity;
  private isReading = false;

  constructor(private readonly source: PartSource<Data>) {
    this.part = "off" in source ? off(source.off) : loading;
  }

  /**
   * The part as it is known now. Starts a reading if the last one is too old; two readings of one source never run side
   * by side.
   */
  look(now: () => Date): SnapshotPart<Data> {
    const { source } = this;
    if (!("off" in source) && !this.isReading && now().getTime() - this.begunAt >= source.everyMs) {
      this.isReading = true;
      this.begunAt = now().getTime();
      void source
        .read()
        .then(
          (data) => (this.part = read(data, now())),
          (error: unknown) => (this.part = failed(this.part, textOf(error))),
        )
        .finally(() => (this.isReading = false));
    }
    return this.part;
  }
}

/** The parts of one stack. */
export class Readings {
  private readonly all: { readonly [Name in PartName]: Reading<PartData[Name]> };

  /** @param now the clock, for tests */
  constructor(
    sources: PartSources,
    private readonly now: () => Date = () => new Date(),
  ) {
    this.all = {
      status: new Reading(sources.status),
      gate: new Reading(sources.gate),
      monitoring: new Reading(sources.monitoring),
      deployments: new Reading(sources.deployments),
    };
  }

  /** What is known now; parts that are due are read meanwhile. */
  parts(): Parts {
    const { status, gate, monitoring, deployments } = this.all;
    return {
      status: status.look(this.now),
      gate: gate.look(this.now),
      monitoring: monitoring.look(this.now),
      deployments: deployments.look(this.now),
    };
  }
}
