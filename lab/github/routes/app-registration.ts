/**
 * GitHub's pages that register and install an App, and the API that gives out its key. Who asks for a page counts as
 * the person who is signed in: the repository's owner, or an owner of its organization.
 */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { appOf } from "../app-tokens";
import { notFound } from "../http/errors";
import { type ApiRequest, type GitHubReply, type GitHubRoute, plainRoute } from "../http/message";
import { rest } from "../http/rest";
import { convertCode, installApp, isTaken, knownApps, manifest, type Manifest, registerApp } from "../registered-apps";
import type { Services } from "../services";
import { installationView, integrationView } from "../views/apps";
import { escape } from "./page";

const html = (status: number, title: string, body: string): GitHubReply<number, string> => ({
  status,
  headers: { "content-type": "text/html; charset=utf-8" },
  body: `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${body}</html>`,
});

const field = (name: string, value: string): string => `<input type="hidden" name="${name}" value="${escape(value)}">`;

const formOf = ({ body }: ApiRequest): URLSearchParams => new URLSearchParams((body as Buffer).toString("utf8"));

/** The manifest of a form; the reason in GitHub's words where it is none. */
function manifestIn(text: string): Manifest | string {
  const parsed = z.string().transform((json, context): unknown => {
    try {
      return JSON.parse(json);
    } catch {
      context.addIssue("is not JSON");
      return z.NEVER;
    }
  });
  const result = parsed.pipe(manifest).safeParse(text, { reportInput: true });
  if (result.success) return result.data;
  return result.error.issues
    .map(({ path, input, message }) =>
      input === undefined ? `"${String(path.at(-1))}" wasn't supplied.` : `${path.join(".")}: ${message}`,
    )
    .join(" ");
}

export function appRegistrationRoutes({ seed, store }: Services): GitHubRoute[] {
  const person = seed.owner.type === "User" ? seed.owner.login : (seed.users[0]?.login ?? seed.owner.login);
  const confirm = (request: ApiRequest, owner: string): GitHubReply => {
    const text = formOf(request).get("manifest") ?? "";
    const wanted = manifestIn(text);
    if (typeof wanted === "string")
      return html(
        422,
        "Invalid GitHub App configuration",
        `<p>The configuration does not appear to be a valid GitHub App manifest. Error: ${escape(wanted)}</p>`,
      );
    const target = owner === person ? "/settings/apps" : `/organizations/${owner}/settings/apps`;
    return html(
      200,
      `Create GitHub App for ${escape(owner)}`,
      `<form method="post" action="${target}"><input name="name" value="${escape(wanted.name)}">
${field("manifest", text)}${field("state", request.query.get("state") ?? "")}<button>Create GitHub App</button></form>`,
    );
  };
  const create = (request: ApiRequest, owner: string): GitHubReply => {
    const form = formOf(request);
    const wanted = manifestIn(form.get("manifest") ?? "");
    if (typeof wanted === "string") return html(422, "Invalid GitHub App configuration", `<p>${escape(wanted)}</p>`);
    const name = form.get("name") ?? wanted.name;
    if (isTaken(seed, store, name)) return html(422, "Name is already taken", "<p>Choose another name.</p>");
    const target = new URL(wanted.redirect_url);
    target.searchParams.set("code", registerApp(store, owner, { ...wanted, name }));
    const state = form.get("state") ?? "";
    if (state !== "") target.searchParams.set("state", state);
    return { status: 302, headers: { location: target.href }, body: undefined };
  };
  const page = (path: string, handle: GitHubRoute["handle"]): GitHubRoute => ({
    ...plainRoute("POST", path, "public", handle),
    takesBytes: true,
  });
  const org = ({ params }: ApiRequest): string => {
    if (params.org?.toLowerCase() !== seed.owner.login.toLowerCase()) throw notFound();
    return seed.owner.login;
  };
  return [
    page("/settings/apps/new", (request) => confirm(request, person)),
    page("/organizations/{org}/settings/apps/new", (request) => confirm(request, org(request))),
    page("/settings/apps", (request) => create(request, person)),
    page("/organizations/{org}/settings/apps", (request) => create(request, org(request))),
    plainRoute("GET", "/apps/{slug}/installations/new", "public", ({ params: { slug = "" } }) =>
      html(
        200,
        `Install ${escape(slug)}`,
        `<form method="post" action="/apps/${escape(encodeURIComponent(slug))}/installations"><button>Install</button></form>`,
      ),
    ),
    page("/apps/{slug}/installations", ({ params: { slug = "" } }) => {
      installApp(store, seed.owner.login, slug);
      return html(200, `${escape(slug)} is installed`, `<p>On ${escape(seed.repository.name)} only.</p>`);
    }),
    rest("POST /app-manifests/{code}/conversions", "public", ({ params }) => {
      const { app, privateKey } = convertCode(store, params.code);
      const secrets = {
        client_id: `Iv23li${randomBytes(7).toString("hex")}`,
        client_secret: randomBytes(20).toString("hex"),
        webhook_secret: randomBytes(20).toString("hex"),
      };
      return { status: 201, body: { ...integrationView(seed, app), ...secrets, pem: privateKey } };
    }),
    rest("GET /repos/{owner}/{repo}/installation", "own", ({ headers }) => {
      const app = appOf(headers.authorization, knownApps(seed, store), store.clock.now());
      if (app.installationId === undefined) throw notFound();
      return { status: 200, body: installationView(seed, app, app.installationId, store.state.createdAt) };
    }),
  ];
}
