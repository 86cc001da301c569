/**
 * The subset of `fetch` that Octokit needs, on top of node:https. Node 18's own fetch brings an HTTP client in
 * WebAssembly: with it the exporter uses 30 MB more memory, half of its limit.
 */
import https from "node:https";
import { text as textOf } from "node:stream/consumers";

/** The part of a Response that Octokit reads. */
interface Answer {
  readonly status: number;
  readonly ok: boolean;
  readonly url: string;
  readonly headers: ReadonlyMap<string, string>;
  text(): Promise<string>;
}

/** More would be a circle; a browser gives up at 20. */
const REDIRECTS = 3;

function request(agent: https.Agent, url: string, init: RequestInit): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = {
      agent,
      method: init.method,
      headers: init.headers as Record<string, string>,
      signal: init.signal ?? undefined,
    };
    const request = https.request(url, options, (response) => {
      textOf(response).then((body) => {
        const status = response.statusCode ?? 0;
        const headers = new Map(
          Object.entries(response.headers).map(([name, value]): [string, string] => [name, String(value)]),
        );
        resolve({ status, ok: status >= 200 && status < 300, url, headers, text: async () => body });
      }, reject);
    });
    request.on("error", reject);
    request.end(init.body);
  });
}

/**
 * Where a redirect leads with the same method and body: 301, 307 and 308 for a read, 307 and 308 for a write, as GitHub
 * answers to the former name of a repository. Undefined on another host, which must not get the token.
 */
function redirectOf({ status, headers, url }: Answer, method = "GET"): string | undefined {
  const location = headers.get("location");
  const isKept = status === 307 || status === 308 || (status === 301 && method === "GET");
  if (!isKept || location === undefined) return undefined;
  const target = new URL(location, url);
  return target.origin === new URL(url).origin ? target.href : undefined;
}

/**
 * `fetch` over an agent: follows redirects on the same host only.
 * @example httpsFetchOver(new https.Agent({ keepAlive: true, ca }))
 */
export function httpsFetchOver(agent: https.Agent): typeof fetch {
  const follow = async (url: string, init: RequestInit = {}): Promise<Answer> => {
    let answer = await request(agent, url, init);
    for (let left = REDIRECTS; left > 0; left -= 1) {
      const target = redirectOf(answer, init.method);
      if (target === undefined) return answer;
      answer = await request(agent, target, init);
    }
    return answer;
  };
  return follow as unknown as typeof fetch;
}

/** Bodies are text: Octokit writes JSON. */
export const httpsFetch = httpsFetchOver(new https.Agent({ keepAlive: true, maxSockets: 4 }));
