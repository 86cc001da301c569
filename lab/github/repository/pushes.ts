import type { WorkflowEngine } from "../engine";
import type { GitHubStore } from "../store";
import { botLogin } from "../workflows/job-message";
import type { PullRequests } from "./pull-requests";
import type { GitRepository, Ref } from "./repository";

/** One ref before and after a push; undefined where it did not exist. */
export interface RefUpdate {
  readonly name: string;
  readonly before: Ref | undefined;
  readonly after: Ref | undefined;
}

/**
 * With more tags in one push, GitHub starts nothing for them. Source: GitHub, Events that trigger workflows, `push`.
 */
const mostTags = 3;

/** What differs between two states of the repository, by name. */
export function updatesBetween(before: ReadonlyMap<string, Ref>, after: ReadonlyMap<string, Ref>): RefUpdate[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names
    .map((name) => ({ name, before: before.get(name), after: after.get(name) }))
    .filter((update) => update.before?.sha !== update.after?.sha);
}

/**
 * The updates that start workflows: branches and tags that exist now, and nothing that a job pushed with its own token.
 */
export function starting(updates: readonly RefUpdate[], login: string): RefUpdate[] {
  const living = updates.filter(({ after }) => after !== undefined);
  const of = (kind: string): RefUpdate[] => living.filter(({ name }) => name.startsWith(`refs/${kind}/`));
  const tags = of("tags");
  return login === botLogin ? [] : [...of("heads"), ...(tags.length > mostTags ? [] : tags)];
}

/** Lets pushes in one after the other, and starts the workflows of each. */
export class Pushes {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly repository: GitRepository,
    private readonly store: GitHubStore,
    private readonly engine: Pick<WorkflowEngine, "trigger">,
    private readonly pullRequests: PullRequests,
  ) {}

  /** @param push carried out when earlier pushes are over; its result is returned */
  receive<Result>(login: string, push: () => Promise<Result>): Promise<Result> {
    const turn = this.last.then(async () => {
      const before = this.repository.refs();
      try {
        return await push();
      } finally {
        this.repository.changed();
        this.announce(updatesBetween(before, this.repository.refs()), login);
      }
    });
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private announce(updates: readonly RefUpdate[], login: string): void {
    if (updates.length === 0) return;
    this.store.change((_state, emit) => {
      for (const { name, before, after } of updates)
        emit("git.pushed", { ref: name, before: before?.sha ?? null, after: after?.sha ?? null, login });
    });
    for (const { name, after } of starting(updates, login)) {
      const short = name.replace(/^refs\/(heads|tags)\//, "");
      const event = name.startsWith("refs/tags/") ? { tag: short, login } : { branch: short, login };
      this.engine.trigger({ kind: "push", event, commit: after?.commit });
    }
    this.pullRequests.follow(new Set(updates.map(({ name }) => name)), login);
  }
}
