import https from "node:https";
import { buffer } from "node:stream/consumers";

/** One exchange as it went over the wire. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** A `fetch` that trusts one authority and reports each request and answer, those of redirects separately. */
export function httpsFetch(authority: string, agent: https.Agent, seen: (exchange: Exchange) => void) {
  const fetchOnce = (url: URL, init: RequestInit): Promise<Response> =>
    new Promise((resolve, reject) => {
      const method = init.method ?? "GET";
      const headers = Object.fromEntries(new Headers(init.headers));
      const request = https.request(url, { method, headers, ca: authority, agent }, (response) => {
        buffer(response).then((body) => {
          const received = new Headers();
          for (const [name, value] of Object.entries(response.headers)) received.set(name, String(value));
          const status = response.statusCode ?? 0;
          seen({ method, url, status, headers: received, body: body.toString("utf8") });
          const answer = new Response(body.length === 0 ? null : body, { status, headers: received });
          Object.defineProperty(answer, "url", { value: url.href });
          resolve(answer);
        }, reject);
      });
      request.on("error", reject);
      request.end(init.body === null ? undefined : init.body);
    });

  return async (input: string | URL, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(input);
    const first = await fetchOnce(url, init);
    const location = first.headers.get("location");
    return first.status === 302 && location !== null ? fetchOnce(new URL(location, url), { method: "GET" }) : first;
  };
}
