import type { Caller } from "../access";
import type { ProxmoxNode } from "../node";
import type { Schema, Values } from "./schema";

/** One request whose parameters were checked. */
export interface ProxmoxCall {
  readonly node: ProxmoxNode;
  readonly caller: Caller;
  /** Decoded segments of the path, by name. */
  readonly path: Readonly<Record<string, string>>;
  readonly values: Values;
  /** The path's `{vmid}`. */
  readonly vmid: number;
}

export interface ProxmoxRoute {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below `/api2/json`, with `{name}` for parameters. */
  readonly path: string;
  /** Parameters in query and body; any other is refused. */
  readonly parameters: Schema;
  /** An empty value counts as not given. */
  readonly emptyIsAbsent?: true;
  /** Returns the value for `data`; undefined becomes null. */
  handle(call: ProxmoxCall): unknown;
}
