import { spawn } from "node:child_process";
import path from "node:path";
import { gitEnvironment } from "./git";

/** A request to `git http-backend`, as CGI passes it. */
export interface BackendRequest {
  /** The bare repository. */
  readonly folder: string;
  /** What is asked for below the repository. */
  readonly path: "info/refs" | "git-upload-pack" | "git-receive-pack";
  readonly query: string;
  readonly method: string;
  /** Headers that git's server reads; others are left out. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** Undefined for a reader without an account; who pushes has one. */
  readonly login: string | undefined;
  /** Who pushes, for a refusal, where the token lacks Workflows: write; see update-hook.sh. */
  readonly withoutWorkflows?: string | undefined;
  /** Ends the server when the client is gone. */
  readonly signal: AbortSignal;
}

export interface BackendReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const LONGEST_MS = 120_000;
const MOST_BYTES = 256 * 2 ** 20;

/**
 * Lets `git http-backend` answer. Source of its variables: git-http-backend(1).
 * @throws Error when it does not end in two minutes, answers with more than 256 MiB, or breaks CGI
 */
export async function httpBackend(request: BackendRequest): Promise<BackendReply> {
  const { folder, query, method, headers, body, login, withoutWorkflows, signal } = request;
  const text = (name: string): string => String(headers[name] ?? "");
  const env = {
    ...gitEnvironment,
    GIT_PROJECT_ROOT: path.dirname(folder),
    PATH_INFO: `/${path.basename(folder)}/${request.path}`,
    QUERY_STRING: query,
    REQUEST_METHOD: method,
    CONTENT_TYPE: text("content-type"),
    CONTENT_LENGTH: String(body.length),
    HTTP_CONTENT_ENCODING: text("content-encoding"),
    GIT_PROTOCOL: text("git-protocol"),
    ...(login === undefined ? {} : { REMOTE_USER: login }),
    ...(withoutWorkflows === undefined ? {} : { PUSHER: withoutWorkflows }),
  };
  const ends = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
  const child = spawn("git", ["http-backend"], { env, stdio: ["pipe", "pipe", "pipe"], signal: ends });
  const chunks: Buffer[] = [];
  let size = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > MOST_BYTES) child.kill();
    else chunks.push(chunk);
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said = `${said}${chunk.toString("utf8")}`.slice(-2_000)));
  // git does not read the rest of a body that it refuses.
  child.stdin.on("error", () => undefined);
  child.stdin.end(body);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (size > MOST_BYTES) throw new Error(`git http-backend answers with more than ${MOST_BYTES} bytes.`);
  const output = Buffer.concat(chunks);
  if (output.length === 0) throw new Error(`git http-backend ended with ${code} and no answer: ${said}`);
  return parseCgi(output);
}

/**
 * A CGI program's answer: headers, an empty line, the body; the status is a header.
 * @throws Error without the empty line
 */
export function parseCgi(output: Buffer): BackendReply {
  const end = output.indexOf("\r\n\r\n");
  if (end < 0) throw new Error("git http-backend answers without headers.");
  const pairs = output
    .subarray(0, end)
    .toString("latin1")
    .split("\r\n")
    .map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    });
  const { status = "200", ...headers } = Object.fromEntries(pairs) as Record<string, string>;
  return { status: Number.parseInt(status, 10), headers, body: output.subarray(end + 4) };
}
