import { botOf } from "./app-tokens";
import type { KnownApp } from "./registered-apps";
import type { PermissionLevel, PermissionName, Seed, TokenPermissions } from "./seed";

/** What one identity may do, and what of it was ever needed since the service started. */
export interface PermissionReport {
  readonly login: string;
  readonly granted: TokenPermissions;
  /** Calls (`GET /repos/{owner}/{repo}`) by permission and level (`actions:read`). */
  readonly used: Readonly<Record<string, readonly string[]>>;
  /** Granted and never needed: `contents:read`, or `actions:write` where reading would have been enough. */
  readonly unused: readonly string[];
}

/** Remembers which permission let each call pass, in memory: a grant that nothing needs is one too many. */
export class PermissionUse {
  private readonly calls = new Map<string, Map<string, Set<string>>>();

  /** @param permission as in the route table, `actions:read` */
  record(login: string, permission: string, call: string): void {
    const ofLogin = this.calls.get(login) ?? new Map<string, Set<string>>();
    this.calls.set(login, ofLogin.set(permission, (ofLogin.get(permission) ?? new Set<string>()).add(call)));
  }

  report({ tokens }: Pick<Seed, "tokens">, apps: readonly KnownApp[]): PermissionReport[] {
    const bots = apps.map(({ slug, permissions }) => ({ login: botOf(slug), permissions }));
    return [...tokens, ...bots].map(({ login, permissions }) => {
      const used = this.calls.get(login) ?? new Map<string, Set<string>>();
      const granted = Object.entries(permissions) as [PermissionName, PermissionLevel][];
      return {
        login,
        granted: permissions,
        used: Object.fromEntries([...used].sort().map(([permission, calls]) => [permission, [...calls].sort()])),
        unused: granted.map(([name, level]) => `${name}:${level}`).filter((permission) => !used.has(permission)),
      };
    });
  }
}
