/**
 * Dynamic provider of InstalledExporter: the bundle travels over SSH on standard input and stands in no state.
 */
import type * as pulumi from "@pulumi/pulumi";
import { CHOICE_VARIABLE } from "@ghrunners/core/vocabulary/failover";
import { bundleExporter } from "@ghrunners/exporter/bundle";
import { exporterParameters, exporterUnit, installParameters, installScript } from "@ghrunners/exporter/install";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import { rootCommand } from "@ghrunners/core/ssh/script";
import type { HostSession } from "@ghrunners/core/ssh/session";
import type { ExporterInputs } from "../runner/telemetry-args";

const INSTALL_LIMIT_MS = 300_000;
const LIMIT_MS = 60_000;

interface Secrets {
  readonly sshPrivateKey: string;
  readonly githubToken: string;
  readonly exporterToken: string | undefined;
  readonly failoverToken: string | undefined;
}

let secrets: Secrets | undefined;

async function withHost<T>({ host }: ExporterInputs, work: (session: HostSession) => Promise<T>): Promise<T> {
  if (secrets === undefined) throw new Error("The provider is used before it was configured.");
  const { openSession } = require("@ghrunners/core/ssh/session") as typeof import("@ghrunners/core/ssh/session");
  const session = await openSession(host, secrets.sshPrivateKey);
  try {
    return await work(session);
  } finally {
    session.close();
  }
}

async function runVerb(
  session: HostSession,
  verb: string,
  parameters: Readonly<Record<string, string>>,
  limitMs: number,
): Promise<string> {
  const result = await session.run(rootCommand(verb), renderScript(installScript(), parameters), limitMs);
  if (result.code === 0) return result.stdout.trim();
  const words = result.stderr.trim() || result.stdout.trim();
  throw new Error(words || `exporter.sh ${verb} ended with exit code ${result.code} and no message.`);
}

/** Permissions of the tokens: docs/security.md. @throws Error where a service has none */
function tokenOf(kind: ExporterInputs["kind"]): string {
  if (kind === "runner") return "";
  const [token, setting] =
    kind === "fleet" ? [secrets?.exporterToken, "exporterToken"] : [secrets?.failoverToken, "failoverToken"];
  if (token !== undefined) return token;
  throw new Error(
    `The service ${exporterUnit(kind)} has no token. Expected one with the permissions of docs/security.md. ` +
      `Next: pulumi config set --secret ghrunners:${setting}`,
  );
}

/** A choice that nobody keeps is none: it goes with the switch, by the operator's token, also when the host is gone. */
async function removeChoice(config: ExporterInputs["config"]): Promise<void> {
  if (config.view !== "switch" || secrets === undefined) return;
  const { GitHubClient } = require("@ghrunners/core/github/client") as typeof import("@ghrunners/core/github/client");
  const client = await GitHubClient.open({ url: config.githubUrl, fullName: config.repository }, secrets.githubToken);
  await client.deleteVariable(CHOICE_VARIABLE);
}

async function install(inputs: ExporterInputs): Promise<ExporterInputs> {
  const { kind, config, incarnation } = inputs;
  const token = tokenOf(kind);
  const parameters = await installParameters(kind, config, incarnation, token);
  await withHost(inputs, (session) => runVerb(session, "install", parameters, INSTALL_LIMIT_MS));
  return { ...inputs, bundle: parameters.BUNDLE_SHA256 ?? inputs.bundle, state: "active" };
}

export const provider: pulumi.dynamic.ResourceProvider<ExporterInputs, ExporterInputs> = {
  configure: async ({ config }) => {
    secrets = {
      sshPrivateKey: config.require("ghrunners:sshPrivateKey"),
      githubToken: config.require("ghrunners:githubToken"),
      exporterToken: config.get("ghrunners:exporterToken"),
      failoverToken: config.get("ghrunners:failoverToken"),
    };
  },
  diff: async (_id, olds, news) => {
    const facts = ({
      kind,
      host,
      incarnation,
      config,
      bundle,
      unit,
      tokenFingerprint,
      state,
    }: ExporterInputs): string =>
      JSON.stringify([kind, host, incarnation, config, bundle, unit, tokenFingerprint, state]);
    return { changes: facts(olds) !== facts(news) };
  },
  create: async (inputs) => ({ id: `${inputs.host.host}/${inputs.kind}`, outs: await install(inputs) }),
  update: async (_id, _olds, news) => ({ outs: await install(news) }),
  read: async (id, props) => {
    if (props === undefined) return { id };
    const { HostUnreachableError } =
      require("@ghrunners/core/ssh/session") as typeof import("@ghrunners/core/ssh/session");
    try {
      const parameters = exporterParameters(props.kind, props.config, props.bundle);
      const state = await withHost(props, (session) => runVerb(session, "show", parameters, LIMIT_MS));
      return { id, props: { ...props, state } };
    } catch (error) {
      // A host that does not answer says nothing about its exporter.
      if (error instanceof HostUnreachableError) return { id, props };
      throw error;
    }
  },
  delete: async (_id, props) => {
    const { HostUnreachableError } =
      require("@ghrunners/core/ssh/session") as typeof import("@ghrunners/core/ssh/session");
    const { sha256 } = await bundleExporter();
    try {
      const parameters = exporterParameters(props.kind, props.config, sha256);
      await withHost(props, (session) => runVerb(session, "remove", parameters, LIMIT_MS));
    } catch (error) {
      if (!(error instanceof HostUnreachableError)) throw error;
    }
    await removeChoice(props.config);
  },
};
