import { createHash, timingSafeEqual } from "node:crypto";
import { permissionError } from "./api/errors";
import type { ProxmoxSeed } from "./seed";

type Token = ProxmoxSeed["tokens"][number];

/** What takes privileges or validity away from a token, as a fault of the lab. */
export interface TokenFaults {
  isExpired(id: string): boolean;
  isRemoved(id: string, privilege: string): boolean;
}

/** The sender of a request. */
export interface Caller {
  /** `USER@REALM!TOKENID`. */
  readonly id: string;
  /** Privileges on a path such as `/vms/151`. */
  privileges(path: string): ReadonlySet<string>;
  /** Privileges by every path that has an entry. */
  allPermissions(): Record<string, Record<string, 1>>;
}

/** @throws ProxmoxApiError 403 that names the path and the first privilege that is missing */
export function requireAll(caller: Caller, path: string, privileges: readonly string[]): void {
  const held = caller.privileges(path);
  for (const privilege of privileges) if (!held.has(privilege)) throw permissionError(path, [privilege]);
}

/** @throws ProxmoxApiError 403 that names the path and the privileges of which one is needed */
export function requireAny(caller: Caller, path: string, privileges: readonly string[]): void {
  if (!holdsAny(caller, path, privileges)) throw permissionError(path, privileges);
}

export function holdsAny(caller: Caller, path: string, privileges: readonly string[]): boolean {
  const held = caller.privileges(path);
  return privileges.some((privilege) => held.has(privilege));
}

/** Which privilege of an entry allowed a call. */
class WatchedPrivileges extends Set<string> {
  constructor(
    names: Iterable<string>,
    private readonly passed: (privilege: string) => void,
  ) {
    super();
    for (const name of names) this.add(name);
  }

  override has(privilege: string): boolean {
    const held = super.has(privilege);
    if (held) this.passed(privilege);
    return held;
  }
}

/** An entry of a token's access list, and what of it was ever needed since the service started. */
export interface PrivilegeReport {
  readonly token: string;
  readonly path: string;
  readonly used: readonly string[];
  readonly unused: readonly string[];
}

/** API tokens and what they may do. */
export class AccessControl {
  private readonly passed = new Set<string>();

  constructor(
    /** Of the seed, and those that were made since. */
    private readonly tokens: () => readonly Token[],
    private readonly faults: TokenFaults,
    /** Pool of a VM, because privileges on a pool hold for its members. */
    private readonly poolOf: (vmid: number) => string | undefined,
  ) {}

  /**
   * @param header value of the request's Authorization header
   * @param now milliseconds since the epoch
   * @returns undefined when it is no valid token
   */
  authenticate(header: string | undefined, now: number): Caller | undefined {
    const match = /^PVEAPIToken=([^=\s]+)=(\S+)$/.exec(header ?? "");
    const token = this.tokens().find(({ id }) => id === match?.[1]);
    if (match === null || token === undefined) return undefined;
    const given = createHash("sha256")
      .update(match[2] as string)
      .digest();
    if (!timingSafeEqual(given, Buffer.from(token.secretSha256, "hex"))) return undefined;
    if (token.expires !== undefined && token.expires * 1000 <= now) return undefined;
    return this.faults.isExpired(token.id) ? undefined : this.caller(token);
  }

  /** What was granted, entry by entry, and which of it let a call pass. */
  report(): PrivilegeReport[] {
    return this.tokens().flatMap(({ id, acl }) =>
      acl.map(({ path, privileges }) => {
        const wasUsed = (name: string): boolean => this.passed.has(`${id} ${path} ${name}`);
        return {
          token: id,
          path,
          used: privileges.filter(wasUsed),
          unused: privileges.filter((name) => !wasUsed(name)),
        };
      }),
    );
  }

  private caller(token: Token): Caller {
    const byPath = new Map<string, Set<string>>();
    for (const { path, privileges } of token.acl) {
      const pass = (privilege: string): void => void this.passed.add(`${token.id} ${path} ${privilege}`);
      const held = byPath.get(path) ?? new WatchedPrivileges([], pass);
      for (const name of privileges) if (!this.faults.isRemoved(token.id, name)) held.add(name);
      byPath.set(path, held);
    }
    const none: ReadonlySet<string> = new Set();
    /** An entry on a deeper path takes the place of what comes from above. */
    const at = (path: string): ReadonlySet<string> => {
      for (let place = path; place !== ""; place = place.slice(0, place.lastIndexOf("/"))) {
        const held = byPath.get(place);
        if (held !== undefined) return held;
      }
      return byPath.get("/") ?? none;
    };
    const privileges = (path: string): ReadonlySet<string> => {
      const vmid = /^\/vms\/(\d+)$/.exec(path)?.[1];
      const pool = vmid === undefined ? undefined : this.poolOf(Number(vmid));
      if (pool === undefined) return at(path);
      const both = [at(path), at(`/pool/${pool}`)];
      return new WatchedPrivileges(
        both.flatMap((held) => [...held]),
        (name) => both.forEach((held) => held.has(name)),
      );
    };
    const allPermissions = (): Record<string, Record<string, 1>> =>
      Object.fromEntries(
        [...byPath].map(([path, held]) => [path, Object.fromEntries([...held].map((name) => [name, 1 as const]))]),
      );
    return { id: token.id, privileges, allPermissions };
  }
}
