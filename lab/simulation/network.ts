/** What lies between the hosts: delay, cuts, half-open connections; SSH sessions and calls of GitHub over it. */
import type { HostAddress } from "@ghrunners/core/ssh/address";
import type { CommandResult, HostSession } from "@ghrunners/core/ssh/session";
import type { SimulatedGitHub } from "./github";
import type { SimulatedHost } from "./host";
import { processNow, type SimulatedProcess } from "./processes";
import { textAt, UNIT, CURRENT } from "./programs";
import type { EventLoop } from "./event-loop";

class HostUnreachableError extends Error {}
class LoginRefusedError extends Error {}
/** The errors of the module that is replaced, as its callers tell them apart. */
export const sessionErrors = { HostUnreachableError, LoginRefusedError };

const CONNECT_LIMIT_MS = 15_000;
const KEEPALIVE_MS = 5_000;
/** Keepalives without an answer before a connection counts as broken. Source: ssh2, keepaliveCountMax. */
const MISSED = 3;
const AGAIN_MS = 500;
/** Node's own fetch waits so long for an answer. Source: undici, headersTimeout. */
const SILENCE_MS = 300_000;

/** Starts a command that came by SSH. @returns its process, whose standard input is still open */
export type SshCommandStarter = (host: SimulatedHost, command: string) => SimulatedProcess;

const networks = new WeakMap<EventLoop, Network>();

export class Network {
  private readonly cuts = new Map<string, number>();
  /** Added to the delay of every message, ms. */
  slowness = 0;
  /** Answers of the command `run` that never arrive, although the connection is open. */
  silentAnswers = 0;

  constructor(
    readonly loop: EventLoop,
    readonly hosts: ReadonlyMap<string, SimulatedHost>,
    readonly github: SimulatedGitHub,
    readonly remote: SshCommandStarter,
  ) {
    networks.set(loop, this);
  }

  /** Cuts one direction; messages already sent still arrive. Counted, because two faults may cut the same direction. */
  cut(from: string, to: string, by: 1 | -1): void {
    const way = `${from}>${to}`;
    this.cuts.set(way, (this.cuts.get(way) ?? 0) + by);
  }

  isOpen(from: SimulatedHost, to: SimulatedHost): boolean {
    return from.isUp && to.isUp && (this.cuts.get(`${from.name}>${to.name}`) ?? 0) === 0;
  }

  delay(): number {
    return this.loop.random("network").between(1, 30) + this.slowness;
  }

  /** As TCP does: repeatedly until it arrives, or until the connection is closed. */
  transmit(from: SimulatedHost, to: SimulatedHost, wanted: () => boolean, deliver: () => void): void {
    this.loop.later(this.delay(), () => {
      if (!wanted()) return;
      if (this.isOpen(from, to)) deliver();
      else this.loop.later(AGAIN_MS, () => this.transmit(from, to, wanted, deliver));
    });
  }
}

export const networkOf = (loop: EventLoop): Network => {
  const found = networks.get(loop);
  if (found === undefined) throw new Error("This event loop has no network. Expected one for each run.");
  return found;
};

/** Words of a command line as `quote` of the product's ssh.ts writes it. */
export const wordsOf = (command: string): string[] =>
  [...command.matchAll(/'((?:[^']|'\\'')*)'|(\S+)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll(`'\\''`, "'") ?? plain ?? "",
  );

class Session implements HostSession {
  private isBroken = false;
  private misses = 0;
  private readonly open = new Set<(why: Error) => void>();
  private readonly boot: number;

  constructor(
    private readonly network: Network,
    private readonly client: SimulatedProcess,
    private readonly target: SimulatedHost,
  ) {
    this.boot = target.boot;
    client.whenEnded(() => this.break());
    this.keepAlive();
  }

  private get stands(): boolean {
    const { network, client, target } = this;
    return network.isOpen(client.host, target) && network.isOpen(target, client.host) && target.boot === this.boot;
  }

  private keepAlive(): void {
    this.network.loop.after(
      KEEPALIVE_MS,
      () => {
        this.misses = this.stands ? 0 : this.misses + 1;
        // A host that has booted in the meantime does not know the connection, and resets it.
        if (this.misses > MISSED || this.target.boot !== this.boot) this.break();
        if (!this.isBroken) this.keepAlive();
      },
      this.client,
    );
  }

  private break(): void {
    this.isBroken = true;
    for (const told of [...this.open])
      told(new HostUnreachableError("The SSH connection broke while a command was running."));
  }

  close(): void {
    this.break();
  }

  run(command: string, stdin: string | Buffer, limitMs: number): Promise<CommandResult> {
    const { network, client, target } = this;
    const { loop } = network;
    if (this.isBroken)
      return Promise.reject(new HostUnreachableError("The SSH connection broke before a command was started."));
    return new Promise((resolve, reject) => {
      let remote: SimulatedProcess | undefined;
      const over = (): void => {
        this.open.delete(broken);
        limit.cancelled = true;
      };
      const broken = (why: Error): void => {
        over();
        // The server learns that the client has ended, and closes the command's standard input.
        if (this.stands || loop.random("network").is(0.5)) loop.later(network.delay(), () => remote?.stdin.end());
        loop.after(0, () => reject(why), client);
      };
      const limit = loop.after(
        limitMs,
        () => {
          broken(new Error(`A command on the host took longer than ${limitMs / 1000} s.`));
          this.break();
        },
        client,
      );
      this.open.add(broken);
      const wanted = (): boolean => this.open.has(broken) && target.boot === this.boot;
      network.transmit(client.host, target, wanted, () => {
        const started = network.remote(target, command);
        remote = started;
        const bytes = Buffer.from(stdin);
        started.stdin.write(bytes.subarray(0, bytes.length / 2));
        network.transmit(client.host, target, wanted, () => {
          started.stdin.end(bytes.subarray(bytes.length / 2));
        });
        started.whenEnded((code) => {
          if (/'run'/.test(command) && network.silentAnswers > 0) {
            network.silentAnswers -= 1;
            return loop.note("the answer of the command run is lost");
          }
          network.transmit(target, client.host, wanted, () => {
            over();
            loop.after(0, () => resolve({ code, stdout: started.stdout, stderr: started.stderr }), client);
          });
        });
      });
    });
  }
}

/** In the place of the product's SSH client. */
export function openSession(address: HostAddress): Promise<HostSession> {
  const client = processNow();
  const { loop } = client.host;
  const network = networkOf(loop);
  const target = network.hosts.get(address.host);
  return new Promise((resolve, reject) => {
    const stands = target !== undefined && network.isOpen(client.host, target) && network.isOpen(target, client.host);
    const words = `${address.host} does not answer on port 22 (timeout). Expected a running VM`;
    if (!stands) loop.after(CONNECT_LIMIT_MS, () => reject(new HostUnreachableError(words)));
    else loop.after(2 * network.delay() + 20, () => resolve(new Session(network, client, target)));
  });
}

/** In the place of the product's function of this name. */
export async function withSession<T>(
  address: HostAddress,
  _privateKey: string,
  work: (session: HostSession) => Promise<T>,
): Promise<T> {
  const session = await openSession(address);
  try {
    return await work(session);
  } finally {
    session.close();
  }
}

interface FetchOptions {
  readonly method?: string;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** `fetch`: the application on this host, or GitHub. */
export function fetchNow(url: string | URL, { method = "GET", body, signal }: FetchOptions = {}): Promise<Response> {
  const caller = processNow();
  const { host } = caller;
  const { loop } = host;
  const network = networkOf(loop);
  return new Promise((resolve, reject) => {
    const answer = (ms: number, status: number, value: unknown): void => {
      const text = status === 204 ? "" : JSON.stringify(value);
      // As much of a Response as its readers use: the real one takes longer than everything else of a call.
      const response = {
        status,
        ok: status < 400,
        url: String(url),
        headers: new Map([["content-type", "application/json; charset=utf-8"]]),
        body: [Buffer.from(text)],
        text: async () => text,
      };
      loop.after(ms, () => resolve(response as unknown as Response), caller);
    };
    const fail = (ms: number, words: string): void => void loop.after(ms, () => reject(new TypeError(words)), caller);
    signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    const { hostname, pathname, searchParams } = new URL(url);
    if (hostname === "127.0.0.1") {
      const unit = host.units.get(UNIT);
      const page = textAt(host.disk, `${CURRENT}/page`);
      if (unit?.active !== true) return fail(2, "fetch failed: connect ECONNREFUSED 127.0.0.1:8080");
      return answer(3, 200, { version: unit.runs, page, feature: textAt(host.disk, `${CURRENT}/feature`) });
    }
    if (!network.isOpen(host, network.github.host)) return fail(5_000, "fetch failed: connect ETIMEDOUT");
    loop.later(network.delay(), () => {
      const given = network.github.answer(
        method,
        pathname,
        searchParams,
        body === undefined ? {} : (JSON.parse(body) as Record<string, unknown>),
      );
      if (given === "silence") return fail(SILENCE_MS, "fetch failed: Headers Timeout Error");
      if (given === "broken") return fail(10, "fetch failed: socket hang up");
      answer(network.delay(), given.status, given.value);
    });
  });
}
