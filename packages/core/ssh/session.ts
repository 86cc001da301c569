/**
 * One SSH connection to a host whose key is pinned.
 */
import { Client, type ClientChannel, type ServerHostKeyAlgorithm } from "ssh2";
import type { HostAddress } from "./address";

const CONNECT_TIMEOUT_MS = 15_000;

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The host could not be reached at all: down, no network, or a firewall in between. */
export class HostUnreachableError extends Error {}

/** The host answers, and does not let the key in. */
export class LoginRefusedError extends Error {
  constructor(
    readonly host: string,
    readonly user: string,
    next = "pulumi config set --secret ghrunners:sshPrivateKey < PRIVATE_KEY_FILE",
  ) {
    super(
      `${host} refuses the login of ${user} with the configured key. Expected its public half in the user's ` +
        `authorized_keys. Next: ${next}`,
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

/** The server shows the key of the kind that was pinned, and no other. RSA keys sign by SHA-2. */
function signatureAlgorithms(kind: string): ServerHostKeyAlgorithm[] {
  return (kind === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [kind]) as ServerHostKeyAlgorithm[];
}

function explain(
  error: Error & { level?: string; code?: string },
  { host, user }: HostAddress,
  keyMismatch?: string,
): Error {
  if (keyMismatch !== undefined) {
    return new Error(
      `The SSH host key of ${host} has changed: seen ${keyMismatch}, expected the key pinned at first contact. ` +
        `Either the machine was replaced or given new keys outside of this program, or somebody is in between. ` +
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
  return new Error(`SSH to ${host} failed: ${error.message}`);
}

/**
 * @param privateKey OpenSSH format; held in memory only
 * @param connectTimeoutMs limit for the connection, handshake included
 * @throws HostUnreachableError, LoginRefusedError, or Error for a changed host key
 */
export function openSession(
  address: HostAddress,
  privateKey: string,
  connectTimeoutMs = CONNECT_TIMEOUT_MS,
): Promise<HostSession> {
  const client = new Client();
  const [kind = "", pinned = ""] = address.hostKey.split(" ");
  let mismatch: string | undefined;
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      client.end();
      reject(explain(error, address, mismatch));
    };
    client
      .once("ready", () => {
        client.removeListener("error", fail);
        // A connection that breaks later ends its command, which reports it.
        client.on("error", () => undefined);
        resolve({
          run: (command, stdin, limitMs) => run(client, command, stdin, limitMs),
          close: () => void client.end(),
        });
      })
      .once("error", fail)
      .connect({
        host: address.host,
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

/** One command on a connection, which may have broken meanwhile. */
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
      // The connection broke before: without this the limit's timer would keep the caller's process alive.
      client.removeListener("close", broken);
      clearTimeout(timer);
      reject(new HostUnreachableError("The SSH connection broke before a command was started."));
    }
  });
}
