/**
 * What the browser gets while Apps are registered: the page with GitHub's manifests, and the words around it. Pure.
 * Source: GitHub, "Registering a GitHub App from a manifest". GitHub refuses `hook_attributes` without a `url` also where
 * the webhook is not active, and an address that the internet cannot reach; nothing is ever sent there.
 */
import type { RegisteredApp } from "@ghrunners/core/github/register-app";
import { escape } from "../dashboards/format";
import type { AppForm } from "./github-apps";

/** How far one App is. `problem` is the last thing that went wrong, in words. */
export type Progress =
  | { readonly step: "open"; readonly problem?: string }
  | { readonly step: "exchanging" }
  | { readonly step: "registered"; readonly app: RegisteredApp; readonly problem?: string }
  | { readonly step: "stored"; readonly app: Pick<RegisteredApp, "appId" | "slug">; readonly installationId: number };

/** One App of the page. */
export interface Shown {
  readonly form: AppForm;
  /** Comes back with GitHub's answer, so that only this page's registration is taken. */
  readonly state: string;
  readonly progress: Progress;
}

/** Seconds after which the page asks anew while it waits for an installation. */
export const REFRESH_SECONDS = 2;

/** The manifest of one App. @param redirectUrl where GitHub sends the browser with the code */
export const manifestOf = (form: AppForm, redirectUrl: string): object => ({
  name: form.name,
  url: form.homepage,
  description: form.description,
  hook_attributes: { url: form.homepage, active: false },
  redirect_url: redirectUrl,
  public: false,
  default_permissions: form.permissions,
});

export const registrationStyle = `body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}
section{border:1px solid #8888;border-radius:8px;padding:.5rem 1rem;margin:1rem 0}
button{font:inherit;padding:.4rem 1rem}.problem{font-weight:600}@media(prefers-color-scheme:dark){a{color:#8ab4ff}}`;

function actionOf({ form, state, progress }: Shown, repository: string, redirectUrl: string): string {
  const problem = "problem" in progress ? `<p class="problem" role="alert">${escape(progress.problem ?? "")}</p>` : "";
  switch (progress.step) {
    case "open":
      return `${problem}<form method="post" action="${escape(`${form.form}?state=${state}`)}">
<input type="hidden" name="manifest" value="${escape(JSON.stringify(manifestOf(form, redirectUrl)))}">
<button>Register ${escape(form.name)}</button></form>`;
    case "exchanging":
      return "<p>GitHub is asked for its key.</p>";
    case "registered":
      return `${problem}<p>Registered. <a target="_blank" rel="noopener" href="${escape(`${progress.app.page}/installations/new`)}">Install
${escape(progress.app.slug)}</a> on ${escape(repository)} only; this page notices it. Its key is kept only then.</p>`;
    case "stored":
      return `<p>Done: ${escape(progress.app.slug)} is installed, and its key is in the stack's configuration.</p>`;
  }
}

/** The page. @param redirectUrl where GitHub sends the browser with the code */
export function registrationPage(apps: readonly Shown[], repository: string, redirectUrl: string): string {
  const waits = apps.some(({ progress: { step } }) => step === "exchanging" || step === "registered");
  const isDone = apps.every(({ progress: { step } }) => step === "stored");
  const sections = apps.map(
    (app) =>
      `<section><h2>${app.form.setting}</h2><p>For ${escape(app.form.purpose)}. May: ${escape(
        Object.entries(app.form.permissions)
          .map(([name, level]) => `${name} ${level}`)
          .join(", "),
      )}.</p>${actionOf(app, repository, redirectUrl)}</section>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>GitHub Apps for ${escape(repository)}</title>
${waits ? `<meta http-equiv="refresh" content="${REFRESH_SECONDS}">` : ""}
<link rel="stylesheet" href="/page.css"></head><body><main><h1>GitHub Apps for ${escape(repository)}</h1>
<p>${isDone ? "All are ready. Close this page; the terminal says what comes next." : "Register each App at GitHub, then install it. Its key goes into the stack's configuration and nowhere else."}</p>
${sections.join("\n")}</main></body></html>
`;
}

const credentialCommand = (setting: string, appId: number): string =>
  `ghrunners setup github-credential --app-id ${appId} --installation-id ID --key-file FILE.pem | ` +
  `pulumi config set --secret ghrunners:${setting}`;

/**
 * What became of each App, with the next command, for a terminal.
 * @param file the stack's configuration
 * @param more options of the next command, each after a blank
 */
export function registrationText(apps: readonly Omit<Shown, "state">[], file: string, more = ""): string {
  const lines = apps.flatMap(({ form: { setting, form }, progress }) => {
    if (progress.step === "stored")
      return [
        `${setting}: the App ${progress.app.slug} (id ${progress.app.appId}) is installed; its key is in ${file}`,
      ];
    if (progress.step !== "registered")
      return [`${setting}: not registered. Next: ghrunners setup github --register --only ${setting}${more}`];
    const { slug, appId } = progress.app;
    return [
      `${setting}: the App ${slug} (id ${appId}) is registered, but its key was discarded, because no installation was seen.`,
      `  Next: generate another key at ${form.replace(/new$/, slug)}, install the App, then`,
      `  ${credentialCommand(setting, appId)}`,
    ];
  });
  const isDone = apps.every(({ progress }) => progress.step === "stored");
  return `${[...lines, ...(isDone ? ["", "Next: pulumi preview"] : [])].join("\n")}\n`;
}
