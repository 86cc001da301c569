import https from "node:https";
import type { Refusal } from "../../github/runner-protocol/messages";

/** The server answered with an error. */
export class ServerError extends Error {
  constructor(
    readonly status: number,
    readonly reason: Refusal | undefined,
    message: string,
  ) {
    super(message);
  }
}

const agent = new https.Agent({ keepAlive: true, maxSockets: 4 });

export interface ServerCall {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: string;
  /** Value of the Authorization header. */
  readonly authorization: string;
  readonly body?: unknown;
  readonly timeoutMilliseconds?: number;
  readonly signal?: AbortSignal;
}

/**
 * One exchange with the server.
 * @returns the parsed answer; undefined for 204
 * @throws ServerError for an answer of 400 and above, Error when there is no answer
 */
export function call<Answer>({
  method,
  url,
  authorization,
  body,
  timeoutMilliseconds = 30_000,
  signal,
}: ServerCall): Promise<Answer> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = https.request(
      url,
      {
        method,
        agent,
        signal,
        headers: {
          authorization,
          accept: "application/json",
          "user-agent": "lab-runner",
          ...(payload === undefined
            ? {}
            : { "content-type": "application/json", "content-length": Buffer.byteLength(payload) }),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const status = response.statusCode ?? 0;
          const answer = parse(Buffer.concat(chunks).toString("utf8")) as { message?: string; reason?: Refusal };
          if (status < 400) resolve(answer as Answer);
          else reject(new ServerError(status, answer?.reason, answer?.message ?? `HTTP ${status}`));
        });
      },
    );
    // A peer that is cut off sends nothing at all: the limit is for the whole exchange.
    const timer = setTimeout(
      () => request.destroy(new Error(`No answer within ${timeoutMilliseconds} ms.`)),
      timeoutMilliseconds,
    );
    request.on("close", () => clearTimeout(timer));
    request.on("error", reject);
    request.end(payload);
  });
}

function parse(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return { message: text.slice(0, 200) };
  }
}
