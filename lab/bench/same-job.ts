/** The configuration with which program and peer are compared: what both of them do. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse, stringify } from "yaml";
import type { Settings } from "@ghrunners/config/parse";
import { stackFile } from "@ghrunners/cli/pulumi/stack";
import { stackOfSession } from "../pulumi/session";
import type { BenchLab } from "./labs";
import { settingsIn } from "./settings";

export interface SameJob {
  /** Stack file for `--config-file`, in the lab's state. */
  readonly file: string;
  /** The same for the peer. */
  readonly settings: Settings;
}

/** Settings of what the peer does not do. */
const beyondThePeer = ["deployment", "targets", "secrets", "repository", "monitoring"].map((key) => `ghrunners:${key}`);

/** A stack file's content with nothing but machines and runners. */
export const withoutTheRest = <T extends { config: Record<string, unknown> }>(content: T): T => ({
  ...content,
  config: Object.fromEntries(Object.entries(content.config).filter(([key]) => !beyondThePeer.includes(key))),
});

/** A copy of the stack's configuration for the comparison. */
export function sameJob({ lab, session }: BenchLab): SameJob {
  const own = readFileSync(stackFile(stackOfSession(session)), "utf8");
  const content = parse(own) as { config: Record<string, unknown> };
  const folder = path.join(lab.instance.state, "same-job");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, `Pulumi.${session.stack}.yaml`);
  writeFileSync(file, stringify(withoutTheRest(content)), { mode: 0o600 });
  return { file, settings: settingsIn(file, session.stack, lab.secrets) };
}
