/** Work on one deployment target by SSH. */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import { rootCommand } from "@ghrunners/core/ssh/script";
import { withSession } from "@ghrunners/core/ssh/session";

/** What to do on the target, and with which key. */
export interface TargetInput {
  readonly address: HostAddress;
  /** Key that logs in: the operator's, or the new one when it is proved. */
  readonly privateKey: string;
  readonly verb: "show" | "authorise" | "retire" | "prove";
  readonly parameters: Readonly<Record<string, string>>;
}

const LIMIT_MS = 30_000;

/** @returns lines of the answer; with `show`, the public keys of this secret that the target accepts */
export async function atTarget({ address, privateKey, verb, parameters }: TargetInput): Promise<string[]> {
  return withSession(address, privateKey, async (session) => {
    const script = readFileSync(path.join(__dirname, "scripts", "deploy-key.sh"), "utf8");
    const [line, stdin] = verb === "prove" ? ["true", ""] : [rootCommand(verb), renderScript(script, parameters)];
    const { code, stdout, stderr } = await session.run(line, stdin, LIMIT_MS);
    if (code !== 0) throw new Error(`${verb} on ${address.host} failed: ${stderr.trim() || `exit code ${code}`}`);
    return stdout.split("\n").filter((key) => key !== "");
  });
}
