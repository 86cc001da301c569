import { createHash, randomBytes } from "node:crypto";
import { timestamp } from "./clock";
import type { RunnerToken } from "./model";
import type { GitHubStore } from "./store";

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const lifetimeMs = 3_600_000;

/** Tokens for `config.sh` and `config.sh remove`: valid for one hour, as often as wanted. Only hashes are kept. */
export class RunnerTokens {
  constructor(
    private readonly store: GitHubStore,
    private readonly random: (bytes: number) => Buffer = randomBytes,
  ) {}

  /** @param of what its runners belong to */
  issue(kind: RunnerToken["kind"], of?: RunnerToken["of"]): { token: string; expiresAt: string } {
    const token = `A${this.random(24).toString("hex").slice(0, 28).toUpperCase()}`;
    const expiresAt = timestamp(this.store.clock.now() + lifetimeMs);
    this.store.change((state, emit) => {
      state.runnerTokens = state.runnerTokens.filter((known) => this.isCurrent(known));
      state.runnerTokens.push({ sha256: sha256(token), kind, expiresAt, ...(of === undefined ? {} : { of }) });
      emit("runner-token.issued", { tokenKind: kind, expiresAt });
    });
    return { token, expiresAt };
  }

  /** Whether the token was issued for this purpose and is not expired. */
  accepts(token: string, kind: RunnerToken["kind"], of?: RunnerToken["of"]): boolean {
    const hash = sha256(token);
    return this.store.state.runnerTokens.some(
      (known) => known.sha256 === hash && known.kind === kind && known.of === of && this.isCurrent(known),
    );
  }

  private isCurrent(token: RunnerToken): boolean {
    return Date.parse(token.expiresAt) > this.store.clock.now();
  }
}
