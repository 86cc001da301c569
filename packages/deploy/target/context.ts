import path from "node:path";
import type { Request } from "../protocol/request";
import type { Executor } from "./executor";
import type { Folders } from "./folders";

/** Data that effects and checks need. */
export interface Context {
  readonly folders: Folders;
  readonly executor: Executor;
  readonly request: Request;
  /** Value of `{version}`: the new version during the deployment, the captured one after an undo. */
  readonly version: string | null;
  /** Version before this deployment. */
  readonly previous: string | null;
  /** Fires when the action has to end: the lease expired, or a rollback was requested. */
  readonly signal?: AbortSignal;
}

/** A path of the plan below the agent's root. */
export const rooted = (context: Context, file: string): string => path.join(context.folders.root, file);

export const releaseFolder = (context: Context, version: string): string =>
  rooted(context, path.join(context.request.releases, version));

/** Replaces the placeholders in a plan's text. */
export function fill(context: Context, text: string): string {
  const { version, previous } = context;
  const values: Record<string, string> = {
    version: version ?? "",
    release: version === null ? "" : releaseFolder(context, version),
    previous: previous ?? "",
    previousRelease: previous === null ? "" : releaseFolder(context, previous),
    root: context.folders.root === "/" ? "" : context.folders.root,
  };
  return text.replace(/\{(version|release|previous|previousRelease|root)\}/g, (_, name: string) => values[name] ?? "");
}

export const fillAll = (context: Context, line: readonly string[]): string[] => line.map((text) => fill(context, text));
