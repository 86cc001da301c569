/** `ghrunners setup monitoring`: looks at a machine, says what is missing, and sets up an empty one. */
import { readFileSync } from "node:fs";
import pc from "picocolors";
import { monitoring as schema } from "@ghrunners/config/monitoring";
import type { Described } from "@ghrunners/core/schema";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import { runScript } from "@ghrunners/core/ssh/script";
import { quote } from "@ghrunners/core/ssh/render-script";
import { withSession } from "@ghrunners/core/ssh/session";
import { note } from "@ghrunners/core/terminal";
import { print, printJson, WrongUse } from "../command";
import { seeStack } from "../init/seen-stack";
import { currentStack } from "../pulumi/stack";
import { lookAtMonitoring, type MonitoringPlaces } from "./look-monitoring";
import { installParameters, installScript, printedScript } from "./monitoring-script";
import { type MonitoringPlan, planMonitoring } from "./plan-monitoring";
import type { setupMonitoringSchema } from "./schema";

const INSTALL_LIMIT_MS = 600_000;

interface Options {
  readonly stack?: string;
  readonly host?: string;
  readonly user?: string;
  readonly hostKey?: string;
  readonly keyFile?: string;
  readonly onCallUrl?: string;
  readonly apply?: boolean;
  readonly json?: boolean;
}

export type SetupMonitoringReport = Described<typeof setupMonitoringSchema>;

interface Target {
  readonly places: MonitoringPlaces;
  /** Undefined: no machine is named, and none is looked at. */
  readonly login: { readonly host: HostAddress; readonly privateKey: string } | undefined;
}

/** What the stack says; nothing where there is none yet. */
async function ofStack(named: string | undefined): Promise<{ monitoring: Record<string, unknown>; key?: string }> {
  const stack = await currentStack(named).catch((error: unknown) => {
    if (named === undefined) return undefined;
    throw error;
  });
  if (stack === undefined) return { monitoring: {} };
  const { settings, secrets } = await seeStack(stack);
  const { monitoring = {} } = settings as { monitoring?: Record<string, unknown> };
  return { monitoring, ...(secrets.sshPrivateKey === undefined ? {} : { key: secrets.sshPrivateKey }) };
}

/** @throws WrongUse that names what is missing or malformed */
async function targetOf(options: Options): Promise<Target> {
  const { host, user, hostKey, keyFile, onCallUrl } = options;
  const isNamed = host !== undefined && user !== undefined && hostKey !== undefined && keyFile !== undefined;
  // With everything named, no stack and no Pulumi are needed.
  const seen = isNamed && options.stack === undefined ? { monitoring: {} } : await ofStack(options.stack);
  const { alertmanager = {}, ...others } = seen.monitoring as { alertmanager?: Record<string, unknown> };
  const said = {
    ...others,
    ...(host === undefined ? {} : { host }),
    ...(user === undefined ? {} : { user }),
    ...(hostKey === undefined ? {} : { hostKey }),
    alertmanager: { ...alertmanager, ...(onCallUrl === undefined ? {} : { onCallUrl }) },
  };
  const isAnonymous = !("host" in said);
  const standIn = { host: "192.0.2.1", user: "operator", hostKey: "ssh-ed25519 AAAA" };
  const parsed = schema.safeParse(isAnonymous ? { ...standIn, ...said } : said);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new WrongUse(
      `These settings of the monitoring host are missing or malformed: ${wrong.join("; ")}. ` +
        `Expected --host, --user and --host-key, or a stack that has them (ghrunners init).`,
    );
  }
  if (isAnonymous) return { places: parsed.data, login: undefined };
  const privateKey = keyFile === undefined ? seen.key : readFileSync(keyFile, "utf8");
  if (privateKey === undefined)
    throw new WrongUse("There is no SSH key. Expected --key-file FILE, or a stack with sshPrivateKey.");
  return { places: parsed.data, login: { host: parsed.data, privateKey } };
}

const heads: Readonly<Record<SetupMonitoringReport["state"], string>> = {
  ready: "has everything that the program needs",
  empty: "has no Prometheus of its own",
  owned: "belongs to someone; it was only looked at",
  unseen: "",
};

/** The options that named the machine, for the next command. */
export function namingOptions({ host, user, hostKey, keyFile, onCallUrl }: Partial<Options>): string {
  const all = { host, user, "host-key": hostKey, "key-file": keyFile, "on-call-url": onCallUrl };
  return Object.entries(all)
    .map(([name, value]) => (value === undefined ? "" : ` --${name} ${quote(value)}`))
    .join("");
}

/** The report as text. Pure. @param named as {@link namingOptions} returns it */
export function renderSetupMonitoring(report: SetupMonitoringReport, named = ""): string {
  const { host, state, because, missing, did } = report;
  return [
    pc.bold(`${host ?? "The machine"} ${heads[state]}.`),
    ...because.map((line) => `  ${line}`),
    ...did.map((line) => `  ${pc.green("✓")} ${line}`),
    ...missing.flatMap(({ what, add }) => [
      "",
      `${pc.yellow("!")} ${what}. Add:`,
      ...add
        .trimEnd()
        .split("\n")
        .map((line) => `    ${line}`),
    ]),
    "",
    ...(state === "empty" && did.length === 0
      ? [
          "Next:",
          `  ghrunners setup monitoring${named} --apply`,
          "or, to read first what it runs there:",
          `  ghrunners setup monitoring${named} --json | jq -r .script`,
          "",
        ]
      : []),
    ...(state === "owned" ? ["Next: add what is missing, then", `  ghrunners setup monitoring${named}`, ""] : []),
  ].join("\n");
}

const reportOf = (
  host: string | null,
  { state, missing, because }: MonitoringPlan,
  part: Pick<SetupMonitoringReport, "did" | "script">,
): SetupMonitoringReport => ({ host, state, because: [...because], missing: [...missing], ...part });

/** Looks, and sets the machine up if it may. */
export async function workOn({ places, login }: Target, apply: boolean): Promise<SetupMonitoringReport> {
  if (login === undefined)
    return { host: null, state: "unseen", because: [], missing: [], did: [], script: printedScript(places) };
  const { host, privateKey } = login;
  note(`looking at ${host.host}`);
  const before = planMonitoring(await lookAtMonitoring(host, privateKey, places), places);
  if (before.state !== "empty") return reportOf(host.host, before, { did: [], script: null });
  if (!apply) return reportOf(host.host, before, { did: [], script: printedScript(places) });
  note("installing Prometheus, Alertmanager and the node exporter: a minute or two");
  const words = await withSession(host, privateKey, (session) =>
    runScript(session, installScript(), "install", installParameters(places), INSTALL_LIMIT_MS),
  );
  const after = planMonitoring(await lookAtMonitoring(host, privateKey, places), places);
  return reportOf(host.host, after, { did: words.trim().split("\n"), script: null });
}

/** @returns 0 if nothing is missing, or no machine was named */
export async function setupMonitoring(options: Options): Promise<number> {
  const target = await targetOf(options);
  if (options.apply && target.login === undefined)
    throw new WrongUse(
      "No machine is named. Expected --host, --user, --host-key and --key-file, or a stack with monitoring.",
    );
  const report = await workOn(target, options.apply === true);
  if (options.json) printJson<"setup-monitoring">({ version: 1, ...report });
  else print(report.state === "unseen" ? (report.script ?? "") : renderSetupMonitoring(report, namingOptions(options)));
  return ["ready", "unseen"].includes(report.state) ? 0 : 1;
}
