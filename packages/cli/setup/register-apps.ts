/** `ghrunners setup github --register`: the page on loopback, until every App is installed. */
import { existsSync } from "node:fs";
import path from "node:path";
import { note } from "@ghrunners/core/terminal";
import { poll } from "@ghrunners/core/until";
import { print, printJson, WrongUse } from "../command";
import { openInBrowser } from "../console/open";
import { startServer } from "../console/server";
import { INTERRUPTED } from "../pulumi/interrupted";
import { currentStack, type Stack, stackFile } from "../pulumi/stack";
import { requireSettable, setSecret } from "../rotate/configuration";
import { REFRESH_SECONDS, registrationStyle, registrationText } from "./app-manifest";
import { type AppForm, appForms, type AppOwner, appsToRegister } from "./github-apps";
import { AppRegistration, type RegistrationContext } from "./app-registration";

/** GitHub's own limit for the flow. */
const LIMIT_MS = 3_600_000;

export interface RegisterOptions extends RegistrationPage {
  readonly repository?: string;
  readonly organization?: boolean;
  readonly only?: string;
  readonly json?: boolean;
}

/** How the page is served and waited for. */
export interface Serving {
  /** Port on 127.0.0.1; 0: a free one. */
  readonly port: number;
  /** Called with the page's address. */
  readonly at: (url: string) => void;
  /** Ends the wait. */
  readonly signal: AbortSignal;
  /** Milliseconds between two looks for installations. */
  readonly pauseMs: number;
  /** Milliseconds after which the wait ends. */
  readonly limitMs: number;
}

/** Serves the page until every App's credential is stored, the time is over, or the signal ends it. */
export async function serveRegistration(registration: AppRegistration, serving: Serving): Promise<void> {
  const { port, at, signal, pauseMs, limitMs } = serving;
  const page = { script: "", style: registrationStyle };
  const server = await startServer({ title: "", page, json: {}, more: registration.routes }, port);
  try {
    at(`${server.url.replace(/\/$/, "")}${registration.path}`);
    const isOver = (): boolean => registration.isDone || signal.aborted;
    await poll(() => registration.look(), isOver, { limitMs, pauseMs });
    // The page asks once more by itself, and should find its end.
    const isSeen = (): boolean => !registration.isDone || registration.shownDone || signal.aborted;
    await poll(isSeen, Boolean, { limitMs: 2_000 * REFRESH_SECONDS });
  } finally {
    await server.close();
  }
}

/** The stack that gets the keys. @param named by --stack @throws WrongUse if it has no file */
export async function stackForKeys(named: string | undefined): Promise<Stack> {
  const stack = await currentStack(named);
  const file = stackFile(stack);
  if (existsSync(file)) return stack;
  throw new WrongUse(
    `Seen no ${file}. Expected the file of a stack, because the keys go into it. Next: pulumi stack init ${stack.name}`,
  );
}

/** How the page of a registration is served. */
export interface RegistrationPage {
  /** Port on 127.0.0.1; default: a free one. */
  readonly port?: number | undefined;
  /** Whether to open it in the default browser. */
  readonly open?: boolean | undefined;
}

/** What became of a registration. */
export interface RegistrationEnd {
  readonly apps: AppRegistration["apps"];
  /** Whether every App's credential is stored. */
  readonly isDone: boolean;
  /** Whether Ctrl-C ended it. */
  readonly isInterrupted: boolean;
}

/**
 * Serves the page until every App is stored, an hour is over, or Ctrl-C ends it.
 * @param forms at least one
 * @throws PulumiError if the stack takes no secret; then no page was served
 */
export async function registerForms(
  owner: Pick<AppOwner, "url" | "repository">,
  forms: readonly AppForm[],
  stack: Stack,
  page: RegistrationPage,
): Promise<RegistrationEnd> {
  // After the registration it would be too late: GitHub gives out the key once.
  await requireSettable(stack, `ghrunners:${forms[0]?.setting}`);
  const context: RegistrationContext = {
    repository: { url: owner.url, fullName: owner.repository },
    store: (setting, credential) => setSecret(stack, `ghrunners:${setting}`, credential),
    say: note,
  };
  const registration = new AppRegistration(forms, context);
  const ended = new AbortController();
  const end = (): void => ended.abort();
  process.once("SIGINT", end).once("SIGTERM", end);
  const at = (url: string): void => {
    note(`Open ${url} in a browser on this machine (Ctrl-C ends it). It replaces what the stack has now.`);
    if (page.open) openInBrowser(url);
  };
  const serving = { port: page.port ?? 0, at, signal: ended.signal, pauseMs: 2_000, limitMs: LIMIT_MS };
  await serveRegistration(registration, serving).finally(() => process.off("SIGINT", end).off("SIGTERM", end));
  const { apps, isDone } = registration;
  return { apps, isDone, isInterrupted: !isDone && ended.signal.aborted };
}

/** @returns 0 if every App's credential is stored, 1 if the time is over, 130 after Ctrl-C */
export async function registerApps(owner: AppOwner, stack: Stack, options: RegisterOptions): Promise<number> {
  const forms = appForms(owner).filter(({ setting }) => options.only === undefined || setting === options.only);
  if (forms.length === 0)
    throw new WrongUse(
      `Seen --only ${options.only}. Expected githubToken, exporterToken or failoverToken. Next: the same command without --only`,
    );
  const { apps, isDone, isInterrupted } = await registerForms(owner, forms, stack, options);
  const links = appsToRegister(owner);
  if (options.json)
    printJson<"setup-github">({
      version: 1,
      apps: apps.flatMap(({ form, progress }) => {
        const app = links.find(({ setting }) => setting === form.setting);
        if (app === undefined) return [];
        if (!("app" in progress)) return [app];
        const { appId, slug } = progress.app;
        const installationId = progress.step === "stored" ? progress.installationId : null;
        return [{ ...app, registered: { appId, slug, installationId } }];
      }),
    });
  else {
    const { repository, organization } = options;
    const more = `${repository === undefined ? "" : ` --repository ${repository}`}${organization ? " --organization" : ""}`;
    print(registrationText(apps, path.basename(stackFile(stack)), more));
  }
  if (isDone) return 0;
  return isInterrupted ? INTERRUPTED : 1;
}
