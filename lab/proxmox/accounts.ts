/**
 * Roles, users and tokens that an administrator made in the node's shell. Kept in a file: they outlive the emulator.
 */
import { existsSync, readFileSync } from "node:fs";
import { writeWhole } from "@ghrunners/core/whole-file";
import type { ProxmoxSeed } from "./seed";

type Token = ProxmoxSeed["tokens"][number];

/** What an access list's entry is for. */
export interface AclEntry {
  readonly path: string;
  readonly role: string;
  /** `USER@REALM`, or `USER@REALM!TOKENID`. */
  readonly subject: string;
}

interface MadeToken {
  /** `USER@REALM!TOKENID`. */
  readonly id: string;
  readonly secretSha256: string;
  /** With privilege separation a token has what it and its user both have; without, all that its user has. */
  readonly isSeparate: boolean;
}

interface AccountList {
  readonly roles: Readonly<Record<string, readonly string[]>>;
  readonly users: readonly string[];
  readonly tokens: readonly MadeToken[];
  readonly acl: readonly AclEntry[];
}

const nothing: AccountList = { roles: {}, users: [], tokens: [], acl: [] };

/** Entries of a subject as privileges by path. Several roles on one path add up. */
function byPath({ acl, roles }: AccountList, subject: string): Map<string, Set<string>> {
  const paths = new Map<string, Set<string>>();
  for (const entry of acl.filter((each) => each.subject === subject))
    paths.set(entry.path, new Set([...(paths.get(entry.path) ?? []), ...(roles[entry.role] ?? [])]));
  return paths;
}

/** An entry on a deeper path takes the place of what comes from above. Source: PVE::AccessControl, roles(). */
function at(paths: ReadonlyMap<string, ReadonlySet<string>>, path: string): ReadonlySet<string> {
  for (let place = path; place !== ""; place = place.slice(0, place.lastIndexOf("/"))) {
    const held = paths.get(place);
    if (held !== undefined) return held;
  }
  return paths.get("/") ?? new Set();
}

/** What the token may do, path by path. Pure. */
function accessOf(list: AccountList, { id, isSeparate }: MadeToken): Token["acl"] {
  const ofUser = byPath(list, id.slice(0, id.indexOf("!")));
  const own = isSeparate ? byPath(list, id) : ofUser;
  return [...new Set([...ofUser.keys(), ...own.keys()])].map((path) => ({
    path,
    privileges: [...at(own, path)].filter((privilege) => at(ofUser, path).has(privilege)),
  }));
}

export class Accounts {
  private list: AccountList;

  constructor(private readonly file: string) {
    this.list = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as AccountList) : nothing;
  }

  /** The tokens that were made, as the seed has those that exist from the start. */
  tokens(): readonly Token[] {
    return this.list.tokens.map((token) => ({
      id: token.id,
      secretSha256: token.secretSha256,
      acl: accessOf(this.list, token),
    }));
  }

  hasRole(role: string): boolean {
    return Object.hasOwn(this.list.roles, role);
  }

  hasUser(user: string): boolean {
    return this.list.users.includes(user);
  }

  hasToken(id: string): boolean {
    return this.list.tokens.some((token) => token.id === id);
  }

  putRole(role: string, privileges: readonly string[]): void {
    this.write({ ...this.list, roles: { ...this.list.roles, [role]: privileges } });
  }

  addUser(user: string): void {
    this.write({ ...this.list, users: [...this.list.users, user] });
  }

  addToken(token: MadeToken): void {
    this.write({ ...this.list, tokens: [...this.list.tokens, token] });
  }

  addEntry(entry: AclEntry): void {
    const others = this.list.acl.filter((each) => JSON.stringify(each) !== JSON.stringify(entry));
    this.write({ ...this.list, acl: [...others, entry] });
  }

  private write(list: AccountList): void {
    this.list = list;
    writeWhole(this.file, JSON.stringify(list), { flush: false });
  }
}
