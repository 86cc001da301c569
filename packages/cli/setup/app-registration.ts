/**
 * Apps on their way from a button to the stack's configuration. A private key is in this process's memory until its
 * App is installed, then in the configuration; it is in no page, message or file before.
 */
import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { explainGitHubError } from "@ghrunners/core/github/errors";
import { convertManifestCode, findInstallation, type RegistrationAccess } from "@ghrunners/core/github/register-app";
import { words, type HttpAnswer } from "../console/server";
import { type Progress, registrationPage, type Shown } from "./app-manifest";
import type { AppForm } from "./github-apps";

/** What a registration uses of the world. */
export interface RegistrationContext extends RegistrationAccess {
  /** Stores a credential as a secret of the stack. */
  readonly store: (setting: AppForm["setting"], credential: string) => Promise<void>;
  /** Says one line of progress. */
  readonly say: (line: string) => void;
}

const random = (): string => randomBytes(24).toString("base64url");

interface Entry extends Shown {
  state: string;
  progress: Progress;
}

export class AppRegistration {
  /** Path of the page: other users of this machine do not know it. */
  readonly path = `/${random()}`;
  /** Whether the browser was shown that everything is done. */
  shownDone = false;
  private readonly entries: Entry[];
  private readonly used = new Set<string>();

  constructor(
    forms: readonly AppForm[],
    private readonly context: RegistrationContext,
  ) {
    this.entries = forms.map((form) => ({ form, state: random(), progress: { step: "open" } }));
  }

  get apps(): readonly Shown[] {
    return this.entries;
  }

  get isDone(): boolean {
    return this.entries.every(({ progress }) => progress.step === "stored");
  }

  /** What the page's server answers with. */
  get routes(): Readonly<Record<string, (request: IncomingMessage) => Promise<HttpAnswer>>> {
    const reading = (answer: (request: IncomingMessage) => HttpAnswer | Promise<HttpAnswer>) => {
      return async (request: IncomingMessage): Promise<HttpAnswer> =>
        request.method === "GET" ? answer(request) : words(405, "Expected GET.\n");
    };
    return {
      "/": reading(() => words(404, "The terminal shows the whole address of this page.\n")),
      [this.path]: reading((request) => this.page(request)),
      [`${this.path}/registered`]: reading((request) => this.registered(request)),
    };
  }

  private page({ headers: { host = "" } }: IncomingMessage): HttpAnswer {
    const { url, fullName } = this.context.repository;
    if (this.isDone) this.shownDone = true;
    return {
      status: 200,
      type: "text/html; charset=utf-8",
      // The server has checked the host.
      body: registrationPage(this.entries, fullName, `http://${host}${this.path}/registered`),
      headers: {
        "content-security-policy":
          `default-src 'none'; style-src 'self'; form-action ${new URL(url).origin}; ` +
          "base-uri 'none'; frame-ancestors 'none'",
        // A form from a page without a referrer has the origin `null`, which a site may refuse.
        "referrer-policy": "origin",
      },
    };
  }

  /** GitHub sent the browser back with a code. */
  private async registered({ url = "/" }: IncomingMessage): Promise<HttpAnswer> {
    const query = new URL(url, "http://127.0.0.1").searchParams;
    const [code, state] = [query.get("code") ?? "", query.get("state") ?? ""];
    if (this.used.has(state))
      return words(409, "This registration was taken already. Expected one use. Next: go back to the page.\n");
    const entry = this.entries.find((one) => one.progress.step === "open" && one.state === state);
    if (entry === undefined || !/^[\w-]{1,200}$/.test(code))
      return words(
        400,
        "Seen no code, or a state that this page did not give out. Expected GitHub's answer to one of its buttons. " +
          "Next: go back to the page.\n",
      );
    this.used.add(state);
    const refused = await this.exchange(entry, code);
    if (refused !== undefined)
      return words(502, `${refused}\nNext: load this address again; the code lasts an hour.\n`);
    return { ...words(303, "Back to the page.\n"), headers: { location: this.path } };
  }

  /** @returns why it failed, if it can be tried again with the same code */
  private async exchange(entry: Entry, code: string): Promise<string | undefined> {
    const { name, setting } = entry.form;
    entry.progress = { step: "exchanging" };
    try {
      const app = await convertManifestCode(this.context, code);
      if (app !== undefined) {
        entry.progress = { step: "registered", app };
        this.context.say(
          `${setting}: the App ${app.slug} (id ${app.appId}) is registered; it waits for its installation`,
        );
        return undefined;
      }
      entry.state = random();
      const problem =
        "GitHub does not know the code of the registration. Expected one that is less than an hour old and was not used. " +
        `Next: register it again; if ${name} exists at GitHub by now, delete it there before, because its key is lost`;
      entry.progress = { step: "open", problem };
      this.context.say(`${setting}: ${problem}`);
      return undefined;
    } catch (error) {
      const problem = this.explained(error, "give the key of the new App");
      this.used.delete(entry.state);
      entry.progress = { step: "open", problem };
      this.context.say(`${setting}: ${problem}`);
      return problem;
    }
  }

  private explained(error: unknown, action: string): string {
    // Octokit's errors have a status, also without an answer.
    const isOfGitHub = (error as { status?: number }).status !== undefined;
    return isOfGitHub ? explainGitHubError(error, action, this.context.repository).message : (error as Error).message;
  }

  /** Looks for installations of the registered Apps, and stores the credentials of those that have one. */
  async look(): Promise<void> {
    for (const entry of this.entries) await this.lookAt(entry);
  }

  private async lookAt(entry: Entry): Promise<void> {
    const { progress } = entry;
    if (progress.step !== "registered") return;
    const { app, problem: before } = progress;
    const { setting } = entry.form;
    try {
      const installationId = await findInstallation(this.context, app);
      if (installationId === undefined) return;
      const { appId, slug, privateKey } = app;
      await this.context.store(setting, JSON.stringify({ appId, installationId, privateKey }));
      entry.progress = { step: "stored", app: { appId, slug }, installationId };
      this.context.say(`${setting}: ${slug} is installed (installation ${installationId}); its key is stored`);
    } catch (error) {
      // Giving up would lose the key: the next look may succeed.
      const problem = this.explained(error, "name the App's installation");
      entry.progress = { step: "registered", app, problem };
      if (problem !== before) this.context.say(`${setting}: ${problem}; trying again`);
    }
  }
}
