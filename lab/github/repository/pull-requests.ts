import type { WorkflowEngine } from "../engine";
import { notFound, unprocessable } from "../http/errors";
import type { StoredIssue, StoredPull } from "../model";
import type { GitHubStore } from "../store";
import { botLogin } from "../workflows/job-message";
import type { GitRepository } from "./repository";

/** A pull request: an issue with what makes it one. */
export type PullRequest = StoredIssue & { readonly pull: StoredPull };

export interface NewPullRequest {
  readonly title: string;
  readonly body: string | null;
  /** Branches of this repository. */
  readonly head: string;
  readonly base: string;
  readonly login: string;
}

type Action = "opened" | "synchronize" | "reopened";

const invalid = (field: string): Error =>
  unprocessable("Validation Failed", [{ resource: "PullRequest", field, code: "invalid" }]);
const custom = (message: string): Error =>
  unprocessable("Validation Failed", [{ resource: "PullRequest", code: "custom", message }]);

/** Pull requests between branches of the repository, their refs for git, and the workflows that they start. */
export class PullRequests {
  constructor(
    private readonly repository: GitRepository,
    private readonly store: GitHubStore,
    private readonly engine: Pick<WorkflowEngine, "trigger">,
  ) {}

  list(): PullRequest[] {
    return this.store.state.issues.filter((issue): issue is PullRequest => issue.pull !== undefined);
  }

  /** @throws GitHubApiError 404 */
  find(number: number): PullRequest {
    const found = this.list().find((issue) => issue.number === number);
    if (found === undefined) throw notFound();
    return found;
  }

  /** @throws GitHubApiError 422 in GitHub's words where the branches allow none */
  open({ title, body, head, base, login }: NewPullRequest): PullRequest {
    const [headSha, baseSha] = [this.repository.branch(head)?.commit, this.repository.branch(base)?.commit];
    if (headSha === undefined) throw invalid("head");
    if (baseSha === undefined) throw invalid("base");
    if (this.repository.isAncestor(headSha, baseSha)) throw custom(`No commits between ${base} and ${head}`);
    if (this.list().some(({ state, pull }) => state === "open" && pull.head === head && pull.base === base))
      throw custom(`A pull request already exists for ${head}.`);
    const now = this.store.now();
    const number = this.store.change((state, emit) => {
      const next = Math.max(0, ...state.issues.map((issue) => issue.number)) + 1;
      state.issues.push({
        id: this.store.nextId(),
        number: next,
        title,
        body,
        labels: [],
        login,
        state: "open",
        stateReason: null,
        createdAt: now,
        updatedAt: now,
        closedAt: null,
        pull: { head, base, headSha, baseSha, mergeSha: null, mergedAt: null },
      });
      emit("pull-request.opened", { number: next, head, base });
      return next;
    });
    this.merge(number);
    this.start(number, "opened", login);
    return this.find(number);
  }

  /** Closes it, or opens it again. */
  setState(number: number, state: "open" | "closed", login: string): void {
    if (this.find(number).state === state) return;
    this.store.change((_state, emit) => {
      Object.assign(this.find(number), { state, closedAt: state === "closed" ? this.store.now() : null });
      emit(`pull-request.${state === "closed" ? "closed" : "reopened"}`, { number });
    });
    if (state === "closed") return;
    this.merge(number);
    this.start(number, "reopened", login);
  }

  /** Takes over what a push changed: new commits, a new base, and what has become part of its base. */
  follow(moved: ReadonlySet<string>, login: string): void {
    for (const { number, pull } of this.list().filter(({ state }) => state === "open")) {
      const hasNew = moved.has(`refs/heads/${pull.head}`);
      if (!hasNew && !moved.has(`refs/heads/${pull.base}`)) continue;
      const [head, base] = [this.repository.branch(pull.head), this.repository.branch(pull.base)];
      const isMerged = base !== undefined && this.repository.isAncestor(head?.commit ?? pull.headSha, base.commit);
      if (head === undefined || base === undefined || isMerged) {
        this.end(number, isMerged);
        continue;
      }
      this.merge(number);
      if (hasNew) this.start(number, "synchronize", login);
    }
  }

  private end(number: number, isMerged: boolean): void {
    const now = this.store.now();
    this.store.change((_state, emit) => {
      const { pull } = Object.assign(this.find(number), { state: "closed", closedAt: now });
      if (isMerged) pull.mergedAt = now;
      emit("pull-request.closed", { number, merged: isMerged });
    });
  }

  /** Brings its refs and commits up to date. */
  private merge(number: number): void {
    const { pull } = this.find(number);
    const headSha = this.repository.branch(pull.head)?.commit ?? pull.headSha;
    const baseSha = this.repository.branch(pull.base)?.commit ?? pull.baseSha;
    const merged = this.repository.merge(baseSha, headSha, `Merge ${headSha} into ${baseSha}`);
    const refs = `refs/pull/${number}`;
    const had = this.repository.refs().has(`${refs}/merge`);
    this.repository.point({
      [`${refs}/head`]: headSha,
      ...(merged === undefined && !had ? {} : { [`${refs}/merge`]: merged }),
    });
    this.store.change(() => {
      Object.assign(this.find(number).pull, { headSha, baseSha, mergeSha: merged ?? null });
      this.find(number).updatedAt = this.store.now();
    });
  }

  /**
   * A pull request with a conflict starts nothing, as at GitHub, and neither does what a job did with its own token.
   */
  private start(number: number, action: Action, login: string): void {
    const { pull } = this.find(number);
    const { head: branch, base, headSha, mergeSha } = pull;
    if (mergeSha === null || login === botLogin) return;
    const event = { number, branch, fork: false, login, firstTime: false, action, files: {} };
    this.engine.trigger({ kind: "pull_request", event, commits: { base, headSha, mergeSha } });
  }
}
