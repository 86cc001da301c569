/**
 * One SSH connection to a host whose key is pinned.
 */
import { setTimeout as delay } from "node:timers/promises";
import { Client, utils, type ClientChannel, type ServerHostKeyAlgorithm } from "ssh2";
import { ports } from "../vocabulary/ports";
import type { HostAddress } from "./address";

const CONNECT_TIMEOUT_MS = 15_000;

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The host could not be reached at all: down, no network, or a firewall in between. */
export class HostUnreachableError extends Error {}

/** The server closed the connection without a word: it has too many logins under way, or it is restarting. */
class NotHandledError extends Error {}

/** Waits before retrying a login that the server did not handle, milliseconds: five seconds in total. */
const RETRY_WAITS_MS = [500, 1_500, 3_000];

/** The host answers but refuses the key. */
export class LoginRefusedError extends Error {
  constructor(
    readonly host: string,
    readonly user: string,
    next = "pulumi config set --secret ghrunners:sshPrivateKey < PRIVATE_KEY_FILE",
  ) {
    super(
      `${host} refuses the login of ${user} with the configured key. Expected its public half in the user's ` +
        `authorized_keys, and a server that lets the user in (AllowUsers, AllowGroups, DenyUsers, DenyGroups of ` +
        `sshd_config). Next: ${next}`,
    );
  }
}

export interface HostSession {
  /**
   * Runs a command with text or bytes on its standard input.
   * @throws Error when it takes longer than the limit or the connection breaks
   */
  run(command: string, stdin: string | Buffer, limitMs: number): Promise<CommandResult>;
  close(): void;
}

const unreachableCodes = ["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "ECONNRESET", "EPIPE"];

/** Makes the server present a key of the pinned kind. RSA keys sign with SHA-2. */
function signatureAlgorithms(kind: string): ServerHostKeyAlgorithm[] {
  return (kind === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [kind]) as ServerHostKeyAlgorithm[];
}

export function explainFailure(
  error: Error & { level?: string; code?: string },
  { host, user }: HostAddress,
  keyMismatch?: string,
): Error {
  if (keyMismatch !== undefined) {
    return new Error(
      `The SSH host key of ${host} has changed: seen ${keyMismatch}, expected the key pinned at first contact. ` +
        `Either the machine was replaced or given new keys outside this program, or someone intercepts the connection. ` +
        `Next: if it was replaced, pulumi up --refresh; if its keys were renewed on purpose, ` +
        `pulumi up --replace URN, with the URN of its "...-vm-host-key" from: pulumi stack --show-urns`,
    );
  }
  if (error.level === "client-authentication") return new LoginRefusedError(host, user);
  if (error.level === "client-timeout" || (error.code !== undefined && unreachableCodes.includes(error.code))) {
    return new HostUnreachableError(
      `${host} does not answer on port 22 (${error.code ?? "timeout"}). Expected a running VM whose firewall lets this ` +
        `machine in (network.adminCidr). Next: look at the VM's console, then pulumi up --refresh`,
    );
  }
  if (/before handshake/.test(error.message)) {
    return new NotHandledError(
      `The SSH server of ${host} closed the connection before its greeting, ${RETRY_WAITS_MS.length + 1} times. Expected ` +
        `it to take one more login (MaxStartups in sshd_config, 10 unless set). Next: run the same command in a minute; if it ` +
        `still fails, look for clients that keep logging in: journalctl -u ssh on ${host}`,
    );
  }
  return new Error(
    `SSH to ${host} failed: ${error.message}. Expected a session for ${user}. Next: ssh -v ${user}@${host}, then the same command`,
  );
}

/** Explains ssh2's error about a key that it cannot use. The message never contains the key. */
function explainKey({ message }: Error): Error {
  return new Error(
    `The configured SSH key cannot be used (${message}). Expected a private key in OpenSSH format without a passphrase. ` +
      `Next: pulumi config set --secret ghrunners:sshPrivateKey < PRIVATE_KEY_FILE; to remove a passphrase from a copy of the ` +
      `file: ssh-keygen -p -N "" -f COPY`,
  );
}

/** Retries with growing pauses while the server does not handle the login. @param wait replaced in tests */
export async function untilHandled<T>(
  connect: () => Promise<T>,
  wait: (milliseconds: number) => Promise<unknown> = (milliseconds) => delay(milliseconds),
): Promise<T> {
  for (const pause of RETRY_WAITS_MS) {
    try {
      return await connect();
    } catch (error) {
      if (!(error instanceof NotHandledError)) throw error;
    }
    await wait(pause);
  }
  return connect();
}

/**
 * @param privateKey OpenSSH format; held in memory only
 * @param connectTimeoutMs limit for the connection, handshake included
 * @param port default: SSH's
 * @throws HostUnreachableError, LoginRefusedError, or Error for a changed host key
 */
export function openSession(
  address: HostAddress,
  privateKey: string,
  connectTimeoutMs = CONNECT_TIMEOUT_MS,
  port: number = ports.ssh,
): Promise<HostSession> {
  const key = utils.parseKey(privateKey);
  if (key instanceof Error) return Promise.reject(explainKey(key));
  return untilHandled(() => connect(address, privateKey, connectTimeoutMs, port));
}

/**
 * Opens a session, does the work, and always closes the session.
 * @param connectTimeoutMs limit for the connection, milliseconds; default: that of every session
 * @throws what {@link openSession} and the work throw
 * @example await withSession(host, key, (session) => runScript(session, script, "look", {}, 30_000))
 */
export async function withSession<T>(
  address: HostAddress,
  privateKey: string,
  work: (session: HostSession) => Promise<T>,
  connectTimeoutMs?: number,
): Promise<T> {
  const session = await openSession(address, privateKey, connectTimeoutMs);
  try {
    return await work(session);
  } finally {
    session.close();
  }
}

function connect(
  address: HostAddress,
  privateKey: string,
  connectTimeoutMs: number,
  port: number,
): Promise<HostSession> {
  const client = new Client();
  const [kind = "", pinned = ""] = address.hostKey.split(" ");
  let mismatch: string | undefined;
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      client.end();
      reject(explainFailure(error, address, mismatch));
    };
    client
      .once("ready", () => {
        resolve({
          run: (command, stdin, limitMs) => run(client, command, stdin, limitMs),
          close: () => void client.end(),
        });
      })
      // Each error, not only the first: a handshake that took too long is reported again when its socket closes, and an
      // error that nobody hears ends the process. If a connection breaks later, the command under way reports it.
      .on("error", fail)
      .connect({
        host: address.host,
        port,
        username: address.user,
        privateKey,
        readyTimeout: connectTimeoutMs,
        keepaliveInterval: 5_000,
        algorithms: { serverHostKey: signatureAlgorithms(kind) },
        hostVerifier: (key: Buffer) => {
          if (key.toString("base64") === pinned) return true;
          mismatch = `${key.toString("base64")}`;
          return false;
        },
      });
  });
}

/** Runs one command on a connection, which may have broken in the meantime. */
export function run(client: Client, command: string, stdin: string | Buffer, limitMs: number): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      client.end();
      reject(new Error(`A command on the host took longer than ${limitMs / 1000} s.`));
    }, limitMs);
    const broken = (): void => {
      clearTimeout(timer);
      reject(new HostUnreachableError("The SSH connection broke while a command was running."));
    };
    client.once("close", broken);
    const done = (error: Error | undefined, stream: ClientChannel): void => {
      if (error !== undefined) {
        clearTimeout(timer);
        client.removeListener("close", broken);
        reject(error);
        return;
      }
      const stdout: Buffer[] = [];
      const stderr: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => stdout.push(chunk));
      stream.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
      stream.on("close", (code: number | null) => {
        clearTimeout(timer);
        client.removeListener("close", broken);
        resolve({
          code: code ?? 255,
          stdout: Buffer.concat(stdout).toString(),
          stderr: Buffer.concat(stderr).toString(),
        });
      });
      stream.end(stdin);
    };
    try {
      client.exec(command, done);
    } catch {
      // The connection is already broken: without this the timer of the limit would keep the caller's process alive.
      client.removeListener("close", broken);
      clearTimeout(timer);
      reject(new HostUnreachableError("The SSH connection broke before a command was started."));
    }
  });
}
