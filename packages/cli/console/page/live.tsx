/** What the page reads from its server, again and again, while someone can see it. */
import { useEffect, useRef, useState } from "preact/hooks";

/** What was read last, and whether the server answered since. */
export interface Live<Value> {
  /** Undefined until the first answer. */
  readonly value: Value | undefined;
  /** Why the last reading failed; undefined: it did not. */
  readonly lost: string | undefined;
}

const LIMIT_MS = 20_000;

async function get<Value>(url: string): Promise<Value> {
  const response = await fetch(url, { signal: AbortSignal.timeout(LIMIT_MS) });
  if (!response.ok) throw new Error((await response.text()).trim());
  return (await response.json()) as Value;
}

/** @param everyMs pause between an answer and the next question */
export function useLive<Value>(url: string, everyMs: number): Live<Value> {
  const [live, setLive] = useState<Live<Value> & { readonly url: string }>({ value: undefined, lost: undefined, url });
  const timer = useRef<number>(undefined);
  useEffect(() => {
    let isGone = false;
    const look = async (): Promise<void> => {
      if (!document.hidden) {
        try {
          const value = await get<Value>(url);
          if (!isGone) setLive({ value, lost: undefined, url });
        } catch (error) {
          const lost = error instanceof Error ? error.message : String(error);
          if (!isGone) setLive((before) => ({ value: before.url === url ? before.value : undefined, lost, url }));
        }
      }
      if (!isGone) timer.current = window.setTimeout(() => void look(), everyMs);
    };
    void look();
    return () => {
      isGone = true;
      window.clearTimeout(timer.current);
    };
  }, [url, everyMs]);
  // Another address: what was read from the one before does not belong to it.
  return live.url === url ? live : { value: undefined, lost: undefined };
}
