import { foreignMetrics as foreign } from "../metrics/foreign";
import { metrics } from "../all-metrics";
import { DELIVERY_ROLE } from "@ghrunners/core/vocabulary/runner";
import type { AlertScope } from "./alert";
import { scrapeJobs } from "../scrape";
import { select } from "../select";

/** Labels that name a runner; every expression about one keeps exactly these. */
export const BY_RUNNER = "by (environment, runner, role)";

/** The runner on which the delivery workflows run. It takes no jobs of the application, so it is no capacity. */
const DELIVERY = `role="${DELIVERY_ROLE}"`;

/** Runners that jobs of the application may use. */
export const CAPACITY = `role!="${DELIVERY_ROLE}"`;

export const ofCapacity = ({ runners }: AlertScope): AlertScope["runners"] =>
  runners.filter(({ role }) => role !== DELIVERY_ROLE);

/** An expression about the delivery runner; none where there is none. */
export const ofDelivery =
  (render: (environment: string, matcher: string) => string) =>
  ({ environment, runners }: AlertScope): string[] =>
    runners.some(({ role }) => role === DELIVERY_ROLE) ? [render(environment, DELIVERY)] : [];

/** Runners whose machine answers no scrape, except those that GitHub shows as online. Value 0. */
export function unreachable(environment: string, ...matchers: string[]): string {
  const down = (job: string): string =>
    `max ${BY_RUNNER} (${select(foreign.up, environment, `job="${job}"`, 'runner!=""', ...matchers)}) == 0`;
  const online = `max ${BY_RUNNER} (${select(metrics.githubRunnerOnline, environment, ...matchers)}) == 1`;
  return `(${down(scrapeJobs.node)} and ${down(scrapeJobs.runner)}) unless ${online}`;
}

/**
 * Runners that are off: one view reports it and the other does not contradict, or the machine is unreachable. If the
 * views contradict each other, StatusDisagreement fires instead. Value 0.
 */
export function offline(environment: string, ...matchers: string[]): string {
  const host = `max ${BY_RUNNER} (${select(metrics.runnerStatus, environment, ...matchers)})`;
  const github = `max ${BY_RUNNER} (${select(metrics.githubRunnerOnline, environment, ...matchers)})`;
  return [
    `(${github} == 0 unless ${host} == 1)`,
    `(${host} == 0 unless ${github} == 1)`,
    `(${unreachable(environment, ...matchers)})`,
  ].join(" or ");
}

/**
 * Share of a runner's CPU time that was used in the last 5 minutes. Of all time that was counted, not of five minutes: a
 * machine that began to be scraped a minute ago was idle for a minute at most, and would look busy.
 */
export function cpuUse(environment: string, ...matchers: string[]): string {
  const counted = (...mode: string[]): string =>
    `sum ${BY_RUNNER} (rate(${select(foreign.cpuSeconds, environment, ...mode, 'runner!=""', ...matchers)}[5m]))`;
  return `1 - ${counted('mode="idle"')} / ${counted()}`;
}

/** Share of a runner's memory that is not available to new work. */
export function memoryUse(environment: string, ...matchers: string[]): string {
  const total = (metric: { readonly name: string }): string =>
    `sum ${BY_RUNNER} (${select(metric, environment, 'runner!=""', ...matchers)})`;
  return `1 - ${total(foreign.memoryAvailable)} / ${total(foreign.memoryTotal)}`;
}

const ofRoot = (metric: { readonly name: string }, environment: string, matchers: readonly string[]): string =>
  `min ${BY_RUNNER} (${select(metric, environment, 'mountpoint="/"', 'runner!=""', ...matchers)})`;

/** Share of a runner's root file system that is used; the runner and its work folder are on it. */
export const diskUse = (environment: string, ...matchers: string[]): string =>
  `1 - ${ofRoot(foreign.filesystemAvailable, environment, matchers)} / ${ofRoot(foreign.filesystemSize, environment, matchers)}`;

/** Share of its inodes that is used. A file system that has no fixed number of them, such as Btrfs, gives none. */
export const inodeUse = (environment: string, ...matchers: string[]): string =>
  `1 - ${ofRoot(foreign.filesystemFilesFree, environment, matchers)} / ${ofRoot(foreign.filesystemFiles, environment, matchers)}`;
