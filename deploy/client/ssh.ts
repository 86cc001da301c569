import { readFileSync } from "node:fs";
import path from "node:path";
import type { HostSession } from "../../components/host/session";
import { bundleAgent } from "../agent/bundle";
import type { RemoteAgent } from "./deploy";

const PROGRAM = "/opt/ghrunners/deploy/ghrunners-deploy";
const INSTALL_LIMIT_MS = 120_000;

/** The agent of a host, called over SSH with the host's own sudo. */
export function sshAgent(session: HostSession): RemoteAgent {
  return {
    async call(args, input, limitMs) {
      const line = ["sudo", "-n", PROGRAM, ...args].map(quote).join(" ");
      const { code, stdout, stderr } = await session.run(line, input, limitMs);
      const last = stdout.trim().split("\n").at(-1) ?? "";
      return {
        code,
        value: last.startsWith("{") ? (JSON.parse(last) as unknown) : { error: stderr.trim() || stdout.trim() },
      };
    },
  };
}

/** Puts the agent and its guard on the host where they are not, or are others. */
export async function installAgent(session: HostSession): Promise<"installed" | "unchanged"> {
  const files = path.join(__dirname, "../agent/files");
  const bundle = await bundleAgent();
  const parts: [string, string, string][] = [
    ["0644", "/opt/ghrunners/deploy/ghrunners-deploy.cjs", bundle.text],
    ["0755", PROGRAM, readFileSync(path.join(files, "ghrunners-deploy"), "utf8")],
    ...["path", "service"].map((kind): [string, string, string] => {
      const name = `ghrunners-deploy-guard.${kind}`;
      return ["0644", `/etc/systemd/system/${name}`, readFileSync(path.join(files, name), "utf8")];
    }),
  ];
  // Script first, then one line for each file: mode, path, content in base64.
  const lines = parts.map(([mode, file, text]) => `${mode} ${file} ${Buffer.from(text).toString("base64")}`);
  const script = readFileSync(path.join(__dirname, "scripts/install.sh"), "utf8");
  const command = `sudo -n bash -c ${quote(script)} install`;
  const { code, stdout, stderr } = await session.run(command, `${lines.join("\n")}\n`, INSTALL_LIMIT_MS);
  if (code !== 0) throw new Error(`The deployment agent could not be installed: ${stderr.trim() || stdout.trim()}`);
  return stdout.trim() === "unchanged" ? "unchanged" : "installed";
}

const quote = (text: string): string => `'${text.replace(/'/g, `'\\''`)}'`;
