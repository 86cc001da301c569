/** GitHub as far as deployments meet it: variables, workflow runs with a gate and a deployment job, runners, issues. */
import type { SimulatedHost } from "./host";
import type { RandomStream } from "./random";

interface Issue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly html_url: string;
}

export type JobState = "waiting" | "queued" | "in_progress" | "completed";

export interface SimulatedRun {
  readonly id: number;
  readonly inputs: Readonly<Record<string, string>>;
  attempt: number;
  status: "queued" | "in_progress" | "completed";
  conclusion: string | null;
  gate: JobState;
  deploy: JobState;
  labels: readonly string[];
  reason: string;
  /** DEPLOY_RUNNER as it was when the job began. */
  variable: string;
  /** Asks the job that runs to end. */
  cancel: (() => void) | undefined;
}

export interface SimulatedRunner {
  readonly name: string;
  readonly labels: readonly string[];
  /** What GitHub shows: the truth, up to a minute late. */
  online: boolean;
  busy: boolean;
}

export type GitHubAnswer = { readonly status: number; readonly value: unknown } | "silence" | "broken";

/** Temporary faults of GitHub. */
export interface Outage {
  /** Calls get no connection. */
  down: boolean;
  /** Share of the calls that are answered 500; half of them were carried out. */
  failing: number;
  /** Share of the calls that are never answered. */
  silent: number;
  /** Every call is answered with a rate limit. */
  limited: boolean;
}

const ok = (value: unknown, status = 200): GitHubAnswer => ({ status, value });
const message = (status: number, text: string): GitHubAnswer => ({ status, value: { message: text } });

export class SimulatedGitHub {
  readonly variables = new Map<string, string>();
  readonly issues: Issue[] = [];
  readonly runs: SimulatedRun[] = [];
  readonly runners: SimulatedRunner[] = [];
  readonly outage: Outage = { down: false, failing: 0, silent: 0, limited: false };
  /** Called after every write of a variable. */
  onVariable: (name: string, value: string) => void = () => undefined;
  /** Starts the newest attempt of a run. */
  onRun: (run: SimulatedRun) => void = () => undefined;

  constructor(
    readonly host: SimulatedHost,
    private readonly random: RandomStream,
  ) {}

  dispatch(inputs: SimulatedRun["inputs"]): SimulatedRun {
    const run: SimulatedRun = {
      id: 1000 + this.runs.length,
      inputs,
      attempt: 1,
      status: "queued",
      conclusion: null,
      gate: "queued",
      deploy: "waiting",
      labels: [],
      reason: "",
      variable: "",
      cancel: undefined,
    };
    this.runs.push(run);
    return run;
  }

  answer(method: string, path: string, query: URLSearchParams, body: Record<string, unknown>): GitHubAnswer {
    const { down, failing, silent, limited } = this.outage;
    if (down) return "broken";
    if (limited) return message(429, "You have exceeded a secondary rate limit.");
    if (this.random.is(silent)) return "silence";
    if (!this.random.is(failing)) return this.route(method, path, query, body);
    // Half of the calls that fail were carried out all the same.
    if (this.random.is(0.5)) this.route(method, path, query, body);
    return message(500, "Server Error");
  }

  private route(method: string, path: string, query: URLSearchParams, body: Record<string, unknown>): GitHubAnswer {
    const [, , , , ...rest] = path.replace(/^\/api\/v3/, "").split("/");
    const [area = "", what = "", name = "", more = ""] = rest;
    if (area === "issues") return this.issueRoute(method, query, body);
    if (what === "variables") return this.variableRoute(method, name, body);
    if (what === "runs") return this.runRoute(method, name, more, query);
    if (what === "runners") return ok({ total_count: this.runners.length, runners: this.runners });
    return message(404, "Not Found");
  }

  private issueRoute(method: string, query: URLSearchParams, body: Record<string, unknown>): GitHubAnswer {
    if (method === "GET") {
      const page = Number(query.get("page") ?? 1);
      const size = Number(query.get("per_page") ?? 30);
      return ok([...this.issues].reverse().slice((page - 1) * size, page * size));
    }
    const number = this.issues.length + 1;
    const issue = {
      number,
      title: String(body.title),
      body: String(body.body),
      html_url: `https://github.example/o/r/issues/${number}`,
    };
    this.issues.push(issue);
    return ok(issue, 201);
  }

  private variableRoute(method: string, name: string, body: Record<string, unknown>): GitHubAnswer {
    if (method === "GET") {
      const value = this.variables.get(name);
      return value === undefined ? message(404, "Not Found") : ok({ name, value });
    }
    const written = method === "POST" ? String(body.name) : name;
    if (method === "PATCH" && !this.variables.has(written)) return message(404, "Not Found");
    this.variables.set(written, String(body.value));
    this.onVariable(written, String(body.value));
    return ok({}, method === "POST" ? 201 : 204);
  }

  private runRoute(method: string, name: string, more: string, query: URLSearchParams): GitHubAnswer {
    if (name === "") {
      const status = query.get("status");
      return ok({ workflow_runs: this.runs.filter((run) => run.status === status).map(shown) });
    }
    const run = this.runs.find(({ id }) => String(id) === name);
    if (run === undefined) return message(404, "Not Found");
    if (method === "GET") return ok(more === "jobs" ? { total_count: 2, jobs: jobsOf(run) } : shown(run));
    if (more === "cancel") {
      if (run.status === "completed") return message(409, "Cannot cancel a workflow run that is completed.");
      run.cancel?.();
      if (run.deploy !== "in_progress") complete(run, "cancelled");
      return ok({}, 202);
    }
    if (run.status !== "completed") return message(403, "This workflow is already running");
    run.attempt += 1;
    Object.assign(run, { status: "queued", conclusion: null, gate: "queued", deploy: "waiting" });
    this.onRun(run);
    return ok({}, 201);
  }
}

export function complete(run: SimulatedRun, conclusion: string): void {
  Object.assign(run, { status: "completed", conclusion, gate: "completed", deploy: "completed", cancel: undefined });
}

const shown = ({ id, attempt, status, conclusion }: SimulatedRun) => ({ id, run_attempt: attempt, status, conclusion });

const jobsOf = (run: SimulatedRun) =>
  [
    { id: run.id * 10, name: "gate", status: run.gate, labels: ["ubuntu-latest"], runner_name: null },
    { id: run.id * 10 + 1, name: "deploy", status: run.deploy, labels: run.labels, runner_name: null },
  ]
    .filter(({ status }) => status !== "waiting")
    .map((job) => ({
      ...job,
      run_id: run.id,
      run_attempt: run.attempt,
      conclusion: job.status === "completed" ? "success" : null,
      created_at: "2026-01-01T00:00:00Z",
      started_at: "2026-01-01T00:00:00Z",
      completed_at: null,
      workflow_name: "deploy",
      head_branch: "main",
    }));
