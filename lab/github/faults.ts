import { z } from "zod";
import type { GitHubFault } from "./model";
import { permissionNames } from "./seed";
import type { GitHubStore } from "./store";

const runner = z.strictObject({ name: z.string().min(1) });
const seconds = z.number().int().positive().max(86_400);

/** Every fault by name: what it does and which parameters it takes. */
export const faultKinds = {
  down: { does: "connections are closed without an answer", parameters: z.strictObject({}) },
  slow: {
    does: "every answer comes later",
    parameters: z.strictObject({ milliseconds: z.number().int().positive().max(600_000) }),
  },
  "clock-skew": {
    does: "the clock of every host is wrong, seen from GitHub: its answers carry another time",
    parameters: z.strictObject({ offsetSeconds: z.number().int().min(-86_400).max(86_400) }),
  },
  "http-500": {
    does: "requests fail before anything is done; match is a part of `METHOD /path`",
    parameters: z.strictObject({ match: z.string().default(""), count: z.number().int().positive().default(1) }),
  },
  "http-500-after-commit": {
    does: "writes are carried out, then answered with 500",
    parameters: z.strictObject({ match: z.string().default(""), count: z.number().int().positive().default(1) }),
  },
  "rate-limited": {
    does: "the primary rate limit is used up",
    parameters: z.strictObject({ seconds: seconds.default(60) }),
  },
  "secondary-rate-limited": {
    does: "the secondary rate limit strikes; Retry-After is sent",
    parameters: z.strictObject({ seconds: seconds.default(60) }),
  },
  "token-expired": {
    does: "tokens of a login, or the one of that name, are no longer valid",
    parameters: z.strictObject({ login: z.string().min(1) }),
  },
  "permission-removed": {
    does: "tokens of a login, or the one of that name, lose one permission",
    parameters: z.strictObject({ login: z.string().min(1), permission: z.enum(permissionNames) }),
  },
  "billing-plan": {
    does: "the owner's plan is a smaller one than Enterprise",
    parameters: z.strictObject({ plan: z.enum(["free", "pro", "team", "enterprise"]) }),
  },
  "repository-renamed": {
    does: "the repository has another name; requests to the former one are redirected",
    parameters: z.strictObject({ to: z.string().regex(/^[A-Za-z0-9._-]+$/) }),
  },
  "repository-public": { does: "the repository is shown as a public one", parameters: z.strictObject({}) },
  "repository-runners-disabled": {
    does: "an organization's policy forbids runners of a repository",
    parameters: z.strictObject({}),
  },
  "registration-token-expired": {
    does: "every registration token has expired by the time a host uses it",
    parameters: z.strictObject({}),
  },
  "version-deadline": {
    does: "GitHub announces the day from which a version gets no more jobs",
    parameters: z.strictObject({ version: z.string().min(1), days: z.number().min(-365).max(365) }),
  },
  "runner-hang": { does: "the listener stays alive and says nothing", parameters: runner },
  "runner-ghost-busy": {
    does: "GitHub shows the runner busy without a job, until its listener opens another session",
    parameters: runner,
  },
  "runner-api-offline": { does: "GitHub shows the runner offline although it works", parameters: runner },
  "runner-version-deprecated": {
    does: "the version that the runner has now is refused at its next session",
    parameters: runner.extend({ version: z.string().optional() }),
  },
  "runner-session-conflict": { does: "another session of the runner is said to exist", parameters: runner },
  "runner-migrated": {
    does: "GitHub moves the runner to another service, once: the listener keeps new settings beside the old ones",
    parameters: runner.extend({ count: z.literal(1).default(1) }),
  },
  "runner-update": {
    does: "GitHub tells the runner once to update itself to a release, unless it was registered with --disableupdate",
    parameters: runner.extend({ version: z.string().min(1), count: z.literal(1).default(1) }),
  },
  "runner-registration-deleted": { does: "the registration is deleted, for good: this never ends", parameters: runner },
} as const;

export type GitHubFaultName = keyof typeof faultKinds;
export type GitHubFaultParameters<Name extends GitHubFaultName> = z.output<(typeof faultKinds)[Name]["parameters"]>;

export const isFaultName = (name: string): name is GitHubFaultName => Object.hasOwn(faultKinds, name);

/** Two settings of a fault with the same subject are one: the newer replaces the older. */
const subjectOf = ({ name, parameters }: Pick<GitHubFault, "name" | "parameters">): string =>
  JSON.stringify([name, parameters.name, parameters.login, parameters.permission, parameters.match]);

/** Faults that are switched on. They are part of the state, so they outlive a restart. */
export class GitHubFaults {
  constructor(private readonly store: GitHubStore) {}

  list(): GitHubFault[] {
    const now = this.store.clock.now();
    return this.store.state.faults.filter(({ parameters, since }) => {
      return typeof parameters.seconds !== "number" || Date.parse(since) + parameters.seconds * 1000 > now;
    });
  }

  /** @throws ZodError when the parameters are not those of the fault */
  set(name: GitHubFaultName, parameters: unknown): GitHubFault {
    const checked = faultKinds[name].parameters.parse(parameters ?? {}) as Record<string, unknown>;
    if (name === "runner-version-deprecated") checked.version ??= this.versionOf(String(checked.name));
    const fault: GitHubFault = { name, parameters: checked, since: this.store.now() };
    if (typeof checked.count === "number") fault.remaining = checked.count;
    if (name === "runner-registration-deleted") this.deleteRegistration(String(checked.name));
    else this.record(fault);
    return fault;
  }

  private versionOf(name: string): string | undefined {
    return this.store.state.runners.find((known) => known.name === name)?.version ?? undefined;
  }

  private record(fault: GitHubFault): void {
    this.store.change((state, emit) => {
      state.faults = [...this.list().filter((known) => subjectOf(known) !== subjectOf(fault)), fault];
      emit("fault.set", { fault: fault.name, parameters: fault.parameters });
    });
  }

  /**
   * What GitHub does to a runner that was offline for 14 days: its lists do not have it any more either. Source:
   * GitHub, "Self-hosted runners reference". There is nothing that could end, so no fault is recorded.
   */
  private deleteRegistration(name: string): void {
    this.store.change((state, emit) => {
      const deleted = state.runners.filter((known) => known.name === name);
      state.runners = state.runners.filter((known) => known.name !== name);
      for (const { id } of deleted) emit("runner.deleted", { runnerId: id, name });
    });
  }

  /**
   * Switches off one kind of fault, or all.
   * @param only only faults with these parameters are cleared
   * @returns the faults that were on
   */
  clear(name?: GitHubFaultName, only: Readonly<Record<string, unknown>> = {}): GitHubFault[] {
    const meant = (fault: GitHubFault): boolean =>
      (name === undefined || fault.name === name) &&
      Object.entries(only).every(([key, value]) => fault.parameters[key] === value);
    const ended = this.list().filter(meant);
    this.store.change((state, emit) => {
      state.faults = state.faults.filter((fault) => !meant(fault));
      for (const fault of ended) emit("fault.cleared", { fault: fault.name, parameters: fault.parameters });
    });
    return ended;
  }

  /** The parameters of a fault that is on; of several, those that fit. */
  active<Name extends GitHubFaultName>(
    name: Name,
    fits: (parameters: GitHubFaultParameters<Name>) => boolean = () => true,
  ): (GitHubFault & { parameters: GitHubFaultParameters<Name> }) | undefined {
    const candidates = this.list() as (GitHubFault & { parameters: GitHubFaultParameters<Name> })[];
    return candidates.find((fault) => fault.name === name && fits(fault.parameters));
  }

  /** Whether the fault is on for this runner. */
  hits(name: GitHubFaultName & `runner-${string}`, runnerName: string): boolean {
    return this.active(name, (parameters) => parameters.name === runnerName) !== undefined;
  }

  /** Like `active`, and counts down faults that strike a limited number of times. */
  strike<Name extends GitHubFaultName>(
    name: Name,
    fits: (parameters: GitHubFaultParameters<Name>) => boolean,
  ): boolean {
    const fault = this.active(name, fits);
    if (fault === undefined) return false;
    const subject = subjectOf(fault);
    this.store.change((state, emit) => {
      const known = state.faults.find((candidate) => subjectOf(candidate) === subject);
      if (known?.remaining === undefined) return;
      known.remaining -= 1;
      if (known.remaining > 0) return;
      state.faults = state.faults.filter((candidate) => candidate !== known);
      emit("fault.used-up", { fault: name, parameters: fault.parameters });
    });
    return true;
  }
}
