import type { NewSilence, Silence } from "./silence";

const LIMIT_MS = 10_000;

async function request(url: string, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(LIMIT_MS) }).catch((error: Error) => {
    throw new Error(
      `Alertmanager at ${url} does not answer: ${(error.cause as Error | undefined)?.message ?? error.message}. ` +
        `Next: docs/runbooks/monitoring-blind.md, then run the same command`,
    );
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.trim()}`);
  return text === "" ? null : (JSON.parse(text) as unknown);
}

/** Silences as Alertmanager keeps them. @param url its address */
export const readSilences = async (url: string): Promise<Silence[]> =>
  (await request(`${url}/api/v2/silences`)) as Silence[];

export async function setSilence(url: string, silence: NewSilence): Promise<void> {
  await request(`${url}/api/v2/silences`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(silence),
  });
}

export async function expireSilence(url: string, id: string): Promise<void> {
  await request(`${url}/api/v2/silence/${id}`, { method: "DELETE" });
}
