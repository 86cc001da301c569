/** Work on one deployment target by SSH. */
import path from "node:path";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import { rootCommand } from "@ghrunners/core/ssh/script";
import { withSession } from "@ghrunners/core/ssh/session";
import { withKeyFiles } from "../drift/key-files";

/** What to do on the target, and with which key. */
export interface TargetInput {
  readonly address: HostAddress;
  /** Key that logs in: the operator's, or the new one when it is proved. */
  readonly privateKey: string;
  readonly verb: "show" | "authorise" | "retire" | "prove";
  readonly parameters: Readonly<Record<string, string>>;
}

const LIMIT_MS = 30_000;

/** The answer of a target; nothing about keys with `prove`. */
export interface KeysAtTarget {
  /** Public keys of this secret in the files that the target's SSH server reads. */
  readonly keys: readonly string[];
  /** The file that a key is added to. */
  readonly file: string;
}

export async function atTarget({ address, privateKey, verb, parameters }: TargetInput): Promise<KeysAtTarget> {
  return withSession(address, privateKey, async (session) => {
    const script = withKeyFiles(path.join(__dirname, "scripts", "deploy-key.sh"));
    const [line, stdin] = verb === "prove" ? ["true", ""] : [rootCommand(verb), renderScript(script, parameters)];
    const { code, stdout, stderr } = await session.run(line, stdin, LIMIT_MS);
    if (code !== 0) throw new Error(`${verb} on ${address.host} failed: ${stderr.trim() || `exit code ${code}`}`);
    const lines = stdout.split("\n").filter((each) => each !== "");
    const file = lines.find((each) => each.startsWith("in "))?.slice(3) ?? "";
    return { keys: lines.filter((each) => !each.startsWith("in ")), file };
  });
}
