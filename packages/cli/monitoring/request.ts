import { explainNoAnswer } from "@ghrunners/core/https/explain-no-answer";

const LIMIT_MS = 10_000;

/** A request to Prometheus or Alertmanager, and how to explain that nothing answers. */
export interface MonitoringRequest {
  /** Default: GET. */
  readonly method?: "GET" | "POST" | "DELETE";
  /** Parameters of a query, or a value to send as JSON. */
  readonly body?: URLSearchParams | object;
  /** Time limit of the answer, milliseconds; default 10,000. */
  readonly limitMs?: number;
  /** What holds the address; default `ghrunners:monitoring`. */
  readonly setting?: string;
}

/** Prometheus and Alertmanager explain a refusal as JSON, some refusals as text. */
function reasonIn(text: string): string {
  const { error, message } = (parsed(text) ?? {}) as { readonly error?: string; readonly message?: string };
  return error ?? message ?? text.trim().slice(0, 200);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * Sends one request to Prometheus or Alertmanager; every command uses it, so that their errors have one wording.
 *
 * @param url the full address, such as `http://192.168.0.200:9090/api/v1/rules`
 * @returns the answer's JSON; null if the answer is empty
 * @throws Error that names the address, what was seen and the next command
 * @example await request<{ data: unknown }>("http://192.168.0.200:9090/api/v1/rules")
 */
export async function request<T>(url: string, options: MonitoringRequest = {}): Promise<T> {
  const { method = "GET", body, limitMs = LIMIT_MS, setting = "ghrunners:monitoring" } = options;
  const { origin } = new URL(url);
  const query = body instanceof URLSearchParams;
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(limitMs),
    ...(body !== undefined && { body: query ? body : JSON.stringify(body) }),
    ...(body !== undefined && !query && { headers: { "content-type": "application/json" } }),
  }).catch((error: unknown) => {
    const expected = "Prometheus and Alertmanager on the monitoring host";
    throw new Error(explainNoAnswer(origin, expected, setting, error));
  });
  const text = await response.text();
  const answer = text === "" ? null : parsed(text);
  if (response.ok && answer !== undefined) return answer as T;
  const asked = query && body.has("query") ? ` to ${body.get("query")}` : "";
  throw new Error(
    `${url} answered ${response.status} ${response.statusText}${asked}: ${reasonIn(text) || "nothing"}. ` +
      `Expected 200 with JSON. Next: check the service on the monitoring host (docs/runbooks/monitoring-blind.md)`,
  );
}
