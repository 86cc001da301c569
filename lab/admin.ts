import http from "node:http";

/** What a service answered on its administration socket. */
export interface AdminReply {
  readonly status: number;
  readonly body: unknown;
}

/**
 * One request to the administration interface of a service, on its unix socket.
 * @param socketPath file of the socket
 * @param timeoutMs limit for the whole exchange
 * @throws Error when nothing listens there or the limit passes
 */
export function adminRequest(
  socketPath: string,
  method: "GET" | "PUT" | "POST" | "DELETE",
  path: string,
  body?: unknown,
  timeoutMs = 30_000,
): Promise<AdminReply> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        socketPath,
        // No kept connection: after a restart of the service it would be a dead one.
        agent: false,
        method,
        path,
        timeout: timeoutMs,
        headers:
          payload === undefined
            ? {}
            : { "content-type": "application/json", "content-length": Buffer.byteLength(payload) },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          resolve({ status: response.statusCode ?? 0, body: parse(text) });
        });
      },
    );
    request.on("timeout", () => request.destroy(new Error(`No answer on ${socketPath} within ${timeoutMs} ms.`)));
    request.on("error", reject);
    request.end(payload);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
