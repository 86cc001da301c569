/** Health checks and smoke tests: every probe checks the target from the target itself. */
import { readFileSync, statfsSync } from "node:fs";
import { cpus, freemem, loadavg, totalmem } from "node:os";
import { readWhole } from "@ghrunners/core/read-whole";
import type { Check, CheckResult, Probe } from "../protocol/request";
import { withoutSecrets } from "../records/redact";
import { fill, fillAll, rooted, type Context } from "./context";

/** Runs all checks in parallel; results in the order of the plan. */
export function runChecks(context: Context, checks: readonly Check[]): Promise<CheckResult[]> {
  return Promise.all(checks.map((check) => runCheck(context, check)));
}

/** The failed critical checks as text, or undefined if there are none. */
export function verdict(results: readonly CheckResult[]): string | undefined {
  const failed = results.filter(({ ok, critical }) => !ok && critical);
  if (failed.length === 0) return undefined;
  return failed.map(({ category, name, detail }) => `${category} "${name}": ${detail}`).join("; ");
}

/** The plan limits the number of attempts, not the time, so `poll` is not used. */
async function runCheck(context: Context, check: Check): Promise<CheckResult> {
  const { name, category, critical } = check;
  const started = performance.now();
  let detail = "";
  let attempts = 0;
  while (attempts < check.attempts && context.signal?.aborted !== true) {
    if (attempts > 0) await pause(check.pauseSeconds * 1000, context.signal);
    attempts += 1;
    const seen = await probe(context, check.probe, check.limitSeconds * 1000).catch((error: Error) => reason(error));
    if (seen === undefined) return result(true, "");
    detail = seen;
  }
  return result(false, context.signal?.aborted === true ? "It was interrupted." : detail);

  function result(ok: boolean, said: string): CheckResult {
    return {
      name,
      category,
      critical,
      ok,
      attempts,
      milliseconds: Math.round(performance.now() - started),
      detail: withoutSecrets(said),
    };
  }
}

/** fetch puts the actual error into `cause`. */
function reason(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
    signal?.addEventListener("abort", done);
  });
}

/** @returns what is wrong, or undefined if it is healthy */
async function probe(context: Context, wanted: Probe, limitMs: number): Promise<string | undefined> {
  switch (wanted.kind) {
    case "http":
      return probeHttp(context, wanted, limitMs);
    case "command": {
      const ended = await context.executor.run(fillAll(context, wanted.run), {
        limitMs,
        environment: { GHRUNNERS_VERSION: context.version ?? "" },
        signal: context.signal,
      });
      if (!ended.ok) return ended.detail;
      const prints = wanted.prints === undefined ? undefined : fill(context, wanted.prints);
      const seen = ended.stdout.trim();
      return prints === undefined || seen === prints ? undefined : `printed "${seen}", expected "${prints}"`;
    }
    case "units": {
      const line = ["systemctl", "is-active", ...wanted.units];
      const ended = await context.executor.run(line, { limitMs, environment: {}, signal: context.signal });
      const states = ended.stdout.trim().split("\n");
      const bad = wanted.units
        .map((unit, index) => `${unit} is ${states[index] || `not known (${ended.detail})`}`)
        .filter((_, at) => states[at] !== "active");
      return bad.length === 0 ? undefined : `${bad.join(", ")}; expected active`;
    }
    case "disk": {
      const { bavail, blocks, bfree } = statfsSync(rooted(context, wanted.path));
      const used = blocks - bfree;
      return tooMuch("disk", (100 * used) / (used + bavail), wanted.maxUsedPercent, "%");
    }
    case "memory":
      return tooMuch("memory", 100 * (1 - availableMemory() / totalmem()), wanted.maxUsedPercent, "%");
    case "load":
      return tooMuch("load", (loadavg()[0] ?? 0) / cpus().length, wanted.maxPerProcessor, " a processor");
  }
}

function tooMuch(what: string, seen: number, limit: number, unit: string): string | undefined {
  return seen <= limit ? undefined : `${what} is ${seen.toFixed(1)}${unit}, expected at most ${limit}${unit}`;
}

/** Memory that the kernel could free, including caches. Source: proc(5), MemAvailable. */
function availableMemory(): number {
  const line = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"));
  return line === null ? freemem() : Number(line[1]) * 1024;
}

async function probeHttp(
  context: Context,
  wanted: Extract<Probe, { kind: "http" }>,
  limitMs: number,
): Promise<string | undefined> {
  const limits = [AbortSignal.timeout(limitMs), ...(context.signal === undefined ? [] : [context.signal])];
  const answer = await fetch(fill(context, wanted.url), {
    method: wanted.method,
    headers: wanted.headers,
    body: wanted.body,
    redirect: "manual",
    signal: AbortSignal.any(limits),
  });
  if (answer.status !== wanted.status) {
    await answer.body?.cancel();
    return `answered ${answer.status}, expected ${wanted.status}`;
  }
  const isRead = wanted.contains !== undefined || Object.keys(wanted.json).length > 0;
  if (!isRead) {
    await answer.body?.cancel();
    return undefined;
  }
  const body = answer.body === null ? "" : (await readWhole(answer.body, LONGEST_ANSWER, tooLong)).toString("utf8");
  if (wanted.contains !== undefined && !body.includes(fill(context, wanted.contains)))
    return `the answer does not contain "${fill(context, wanted.contains)}"`;
  for (const [field, text] of Object.entries(wanted.json)) {
    const seen = fieldOf(body, field);
    const expected = fill(context, text);
    if (seen !== expected) return `${field} is "${seen}", expected "${expected}"`;
  }
  return undefined;
}

/** The longest answer that is read: an application may answer without end. */
const LONGEST_ANSWER = 2 ** 20;

const tooLong = (): Error => new Error(`the answer has more than ${LONGEST_ANSWER} bytes`);

function fieldOf(body: string, field: string): string {
  const found = field.split(".").reduce<unknown>(
    (value, key) => {
      return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
    },
    JSON.parse(body) as unknown,
  );
  return typeof found === "string" ? found : JSON.stringify(found);
}
