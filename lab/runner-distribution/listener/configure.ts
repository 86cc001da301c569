import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { STATUS_CODES } from "node:http";
import { hostname } from "node:os";
import path from "node:path";
import { randomBytes } from "node:crypto";
import type { RegisterReply, RegisterRequest } from "../../github/runner-protocol/messages";
import { protocolRoot } from "../../github/runner-protocol/messages";
import type { ListenerOptions } from "./options";
import { banner, ExitError, exitCodes, release } from "./release";
import { call, ServerError } from "./server";
import type { SettingsFolder } from "./settings";

const fail = (message: string): ExitError => new ExitError(exitCodes.terminated, message);
const invalid = (name: string): ExitError =>
  fail(`Invalid configuration provided for ${name}. Terminating unattended configuration.`);

/** Configures the folder as a runner of a repository or an organization. @throws Exit 1 with GitHub's message; nothing is written then */
export async function configure(options: ListenerOptions, folder: SettingsFolder): Promise<void> {
  console.log(banner);
  if (folder.isConfigured) {
    throw fail(
      "Cannot configure the runner because it is already configured. To reconfigure the runner, run 'config.cmd remove' or './config.sh remove' first.",
    );
  }
  const { values, flags } = options;
  for (const refused of ["pat", "auth"])
    if (values[refused]) throw fail(`--${refused} is not modelled by the lab runner.`);
  if (flags.has("generateServiceConfig")) throw fail("--generateServiceConfig is not modelled by the lab runner.");
  const url = required(values, "url");
  const token = required(values, "token");
  const request = registration(url, options);
  console.log("\n# Authentication\n");
  const reply = await register(url, token, request);
  console.log("√ Connected to GitHub\n\n# Runner Registration\n");
  console.log(`√ Runner successfully ${request.replace ? "replaced" : "added"}\n√ Runner connection is good\n`);
  const serverUrl = `${new URL(url).origin}${protocolRoot}`;
  folder.write(
    {
      agentId: reply.id,
      agentName: reply.name,
      disableUpdate: request.disableUpdate,
      ephemeral: request.ephemeral,
      poolId: reply.groupId,
      poolName: reply.groupName,
      serverUrl,
      gitHubUrl: url,
      workFolder: values.work || "_work",
      useV2Flow: true,
      useRunnerAdminFlow: true,
      serverUrlV2: serverUrl,
    },
    reply.clientId,
    reply.credential,
  );
  writeServiceScript(folder.root, url, reply.name);
  console.log("# Runner settings\n\n√ Settings Saved.\n");
}

function required(values: ListenerOptions["values"], name: string): string {
  const value = values[name];
  if (value === undefined || value === "") throw invalid(name);
  return value;
}

function registration(url: string, { values, flags }: ListenerOptions): RegisterRequest {
  if (!/^https:\/\/[^/]+\/[^/]+(\/[^/]+)?\/?$/.test(url)) throw invalid("url");
  const labels = (values.labels ?? "")
    .split(",")
    .map((label) => label.trim())
    .filter((label) => label !== "");
  if (labels.some((label) => label.length > 256)) throw invalid("labels");
  const defaultLabels = !flags.has("no-default-labels");
  if (!defaultLabels && labels.length === 0) throw invalid("labels");
  const name = values.name || hostname();
  if (name.length > 64) throw invalid("name");
  return {
    url,
    name,
    version: release.version,
    labels,
    defaultLabels,
    replace: flags.has("replace"),
    ephemeral: flags.has("ephemeral"),
    disableUpdate: flags.has("disableupdate"),
    os: "Linux",
    architecture: "X64",
    ...(values.runnergroup ? { group: values.runnergroup } : {}),
  };
}

async function register(url: string, token: string, body: RegisterRequest): Promise<RegisterReply> {
  const target = `${new URL(url).origin}${protocolRoot}/register`;
  try {
    return await call<RegisterReply>({ method: "POST", url: target, authorization: `RemoteAuth ${token}`, body });
  } catch (error) {
    throw fail(explain(error, target, body.name));
  }
}

function explain(error: unknown, target: string, name: string): string {
  if (!(error instanceof ServerError)) return `Failed to connect to ${target}: ${(error as Error).message}`;
  if (error.reason === "name-taken") {
    return `A runner exists with the same name\n\nA runner exists with the same name ${name}. Use --replace to replace it.`;
  }
  // actions/runner, ConfigurationManager.cs
  if (error.reason === "group-unknown") return error.message;
  // .NET's name of a status is its phrase without blanks. GitHub says nothing more with a 404.
  const phrase = STATUS_CODES[error.status] ?? String(error.status);
  return [
    `Http response code: ${phrase.replaceAll(" ", "")} from 'POST ${target}'`,
    ...(error.status === 404 ? [] : [error.message]),
    `Response status code does not indicate success: ${error.status} (${phrase}).`,
  ].join("\n");
}

/** Name of the unit: what systemd does not take becomes "-"; 150 characters at most, as svc.sh of GitHub has it. */
export function serviceName(
  url: string,
  name: string,
  random: () => string = () => randomBytes(2).toString("hex"),
): string {
  const repository = new URL(url).pathname.replace(/^\/|\/$/g, "").replaceAll("/", "-");
  const clean = (text: string) => text.replace(/[^a-zA-Z0-9_.-]/g, "-");
  const whole = `actions.runner.${clean(repository)}.${clean(name)}`;
  const longest = 150 - ".service".length;
  return `${whole.length <= longest ? whole : `${whole.slice(0, longest - 5)}-${random()}`}.service`;
}

function writeServiceScript(root: string, url: string, name: string): void {
  const template = readFileSync(path.join(root, "bin", "systemd.svc.sh.template"), "utf8");
  const unit = serviceName(url, name);
  const description = `GitHub Actions Runner (lab runner, ${unit.slice("actions.runner.".length, -".service".length)})`;
  const script = path.join(root, "svc.sh");
  writeFileSync(script, template.replaceAll("{{SvcNameVar}}", unit).replaceAll("{{SvcDescription}}", description));
  chmodSync(script, 0o755);
}

/** `config.sh remove`: GitHub's side first, then the local files. @throws Exit 1 */
export async function unconfigure({ values, flags }: ListenerOptions, folder: SettingsFolder): Promise<void> {
  if (folder.hasService) throw fail("Uninstall service first");
  console.log("\n# Runner removal\n");
  if (flags.has("local")) {
    folder.delete();
    console.log("√ Removed .credentials\n√ Removed .runner\n");
    return;
  }
  if (!folder.isConfigured)
    throw fail("Cannot connect to server, because config files are missing. Skipping removing runner from the server.");
  const settings = folder.read();
  const token = required(values, "token");
  const target = `${settings.serverUrl}/remove`;
  try {
    const body = { url: settings.gitHubUrl, id: settings.agentId };
    await call<undefined>({ method: "POST", url: target, authorization: `RemoteAuth ${token}`, body });
  } catch (error) {
    throw fail(explain(error, target, settings.agentName));
  }
  console.log("√ Runner removed successfully");
  folder.delete();
  console.log("√ Removed .credentials\n√ Removed .runner\n");
}
