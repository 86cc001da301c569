/** The target seen from outside: every journal that is written is compared with the machine's own state. */
import type { Journal } from "@ghrunners/deploy/target/journal";
import type { Outcome } from "@ghrunners/deploy/protocol/transaction";
import { lacks, picture, type VersionQuality } from "./application";
import type { Inode } from "./disk-tree";
import type { SimulatedHost } from "./host";
import { SimulatedProcess } from "./processes";
import { ownerNow } from "./event-loop";

export const STATE = "/var/lib/ghrunners/deploy";
export const RECORDS = "/var/lib/ghrunners/deployments";
export const METRICS = "/var/lib/prometheus/node-exporter/ghrunners_deploy.prom";

/** A transaction as its journal reported it. */
export interface ObservedTransaction {
  readonly token: number;
  readonly id: string;
  readonly version: string;
  /** The application when the lock was taken. */
  readonly before: readonly string[];
  outcome: Outcome | null;
  /** Every outcome that it ever had: a failed rollback may be repaired. */
  readonly outcomes: Set<string>;
  released: boolean;
  closed: boolean;
  /** The agent's process that wrote last, and whether it is in the middle of an action. */
  writer: SimulatedProcess | undefined;
  isBusy: boolean;
}

/** The few parts that are looked at: a run writes hundreds of journals. @returns undefined for one that is not whole */
function readJournal(
  text: string,
): { transaction: Journal["transaction"]; request: { id: string; version: string } } | undefined {
  const [, transaction = ""] = /^\{"schema":"[^"]*","transaction":(\{.*?\}),"request":\{/s.exec(text) ?? [];
  const [, id] = /"id":"([^"]*)"/.exec(text) ?? [];
  const [, version] = /"version":"([^"]*)"/.exec(text) ?? [];
  if (id === undefined || version === undefined || !text.endsWith("}")) return undefined;
  try {
    return { transaction: JSON.parse(transaction) as Journal["transaction"], request: { id, version } };
  } catch {
    return undefined;
  }
}

export class Oracle {
  /** In the order of their tokens. */
  readonly told: ObservedTransaction[] = [];
  readonly problems: string[] = [];
  /** The application was changed by hand: what was known about it before no longer counts. */
  tampered = false;

  /** Which version was installed and over since when; null: a deployment is open. */
  private readonly settled: { readonly at: number; readonly version: string | null }[];

  constructor(
    private readonly target: SimulatedHost,
    private readonly traitOf: (version: string) => VersionQuality,
    private installed: string | null,
  ) {
    this.settled = [{ at: 0, version: installed }];
  }

  get last(): ObservedTransaction | undefined {
    return this.told.at(-1);
  }

  watch(): void {
    this.target.disk.onRename = (to, node) => {
      if (to === `${STATE}/journal.json`) this.journal(node);
    };
  }

  private problem(text: string): void {
    this.problems.push(text);
    this.target.loop.note(`PROBLEM ${text}`);
  }

  private journal(node: Inode): void {
    const journal = readJournal(node.content.toString("utf8"));
    if (journal === undefined) return this.problem("a journal was put into its place that is no JSON");
    const { transaction, request } = journal;
    const { token, outcome, released, closed, running } = transaction;
    const owner = ownerNow.getStore();
    const writer = owner instanceof SimulatedProcess ? owner : undefined;
    let told = this.told.find((each) => each.token === token);
    if (told === undefined) {
      const last = this.last;
      if (last !== undefined && token < last.token) this.problem(`token ${token} came after ${last.token}`);
      if (last !== undefined && !last.released)
        this.problem(
          `the lock was taken with token ${token} while deployment ${last.id} (token ${last.token}) held it`,
        );
      if (this.told.some(({ id }) => id === request.id)) this.problem(`a second deployment has the id ${request.id}`);
      told = {
        token,
        id: request.id,
        version: request.version,
        before: picture(this.target),
        outcome: null,
        outcomes: new Set(),
        released: false,
        closed: false,
        writer,
        isBusy: false,
      };
      this.told.push(told);
      this.settled.push({ at: this.target.loop.now, version: null });
      this.target.loop.note(`target: deployment ${request.id} of version ${request.version} begins (token ${token})`);
    } else if (token !== this.last?.token)
      this.problem(`a journal of token ${token} was written after ${this.last?.token}`);
    if (told.isBusy && told.writer !== writer && told.writer?.state !== "dead")
      this.problem(`${writer?.name} writes the journal while ${told.writer?.name} is in the middle of an action`);
    if (told.outcome === "succeeded" && outcome !== "succeeded")
      this.problem(`the committed deployment ${told.id} became ${outcome}`);
    const isNew = outcome !== null && outcome !== told.outcome;
    if (released && !told.released) {
      if (outcome === "succeeded") this.installed = request.version;
      this.settled.push({ at: this.target.loop.now, version: this.installed });
    }
    Object.assign(told, { outcome, released, closed, writer, isBusy: running !== null });
    if (isNew) this.claimed(told, outcome);
  }

  /** The installed release is changed by hand: it is no version any more. */
  tamper(): void {
    this.tampered = true;
    this.settled.push({ at: this.target.loop.now, version: null });
  }

  /** Whether a version was installed, and nothing open, at some time of these. */
  wasSettledAt(version: string, from: number, to: number): boolean {
    return this.settled.some(
      (each, index) => each.version === version && each.at <= to && (this.settled[index + 1]?.at ?? Infinity) >= from,
    );
  }

  /** The agent reports how the transaction ended; the target must agree at this moment. */
  private claimed(told: ObservedTransaction, outcome: Outcome): void {
    told.outcomes.add(outcome);
    this.target.loop.note(`target: deployment ${told.id} is ${outcome}`);
    const wrong = this.wrongWith(told);
    if (wrong.length > 0)
      this.problem(`deployment ${told.id} is said to be ${outcome}, but ${wrong.slice(0, 4).join("; ")}`);
  }

  /**
   * Differences between the target and the reported end of a transaction; after a failed rollback nothing is expected.
   */
  wrongWith({ outcome, version, before }: ObservedTransaction): string[] {
    if (outcome === null || outcome === "rollback_failed" || this.tampered) return [];
    if (outcome === "succeeded") return lacks(this.target, version, this.traitOf(version));
    const now = picture(this.target);
    return [
      ...before.filter((line) => !now.includes(line)).map((line) => `missing: ${line}`),
      ...now.filter((line) => !before.includes(line)).map((line) => `not there before: ${line}`),
    ];
  }
}
