import { randomBytes, randomUUID } from "node:crypto";
import { z } from "zod";
import { parseBody } from "../http/body";
import { GitHubApiError, notFound } from "../http/errors";
import { type ApiRequest, noContent, plainRoute, type GitHubReply, type GitHubRoute } from "../http/message";
import type { StoredRunner, RunnerToken } from "../model";
import { isDeprecated } from "../deprecations";
import { defaultLabels, relabel } from "../runner-labels";
import { sha256 } from "../runner-tokens";
import type { Services } from "../services";
import { refusal } from "./access";
import { protocolRoot, type RegisterReply } from "./messages";

/** Registration needs this version (GitHub, "Self-hosted runners reference"). */
const oldestVersion = "2.329.0";

const registerBody = z.object({
  url: z.string(),
  name: z.string().min(1).max(64),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  labels: z.array(z.string().min(1).max(256)),
  defaultLabels: z.boolean(),
  replace: z.boolean(),
  ephemeral: z.boolean(),
  disableUpdate: z.boolean(),
  os: z.string(),
  architecture: z.string(),
});
const removeBody = z.object({ url: z.string(), id: z.number().int() });

/** Makes a runner known and unknown, as config.sh asks for it. */
export function registrationRoutes(services: Services): GitHubRoute[] {
  return [
    plainRoute("POST", `${protocolRoot}/register`, "own", (request) => register(services, request)),
    plainRoute("POST", `${protocolRoot}/remove`, "own", (request) => remove(services, request)),
  ];
}

/** GitHub answers a bare 404 to an expired token, a token of the wrong kind and a wrong URL alike. */
function requireToken(services: Services, request: ApiRequest, kind: RunnerToken["kind"], url: string): void {
  const [, token] = /^RemoteAuth (\S+)$/.exec(request.headers.authorization ?? "") ?? [];
  const { publicUrl, owner, repository } = services.seed;
  const expected = `${publicUrl}/${owner.login}/${repository.name}`;
  const isOurs = url.replace(/\/$/, "").toLowerCase() === expected.toLowerCase();
  const isExpired = kind === "registration" && services.faults.active("registration-token-expired") !== undefined;
  if (token === undefined || !isOurs || isExpired || !services.runnerTokens.accepts(token, kind)) throw notFound();
}

function register(services: Services, request: ApiRequest): GitHubReply {
  const body = parseBody(registerBody, request.body);
  requireToken(services, request, "registration", body.url);
  const isTooOld = body.version.localeCompare(oldestVersion, "en", { numeric: true }) < 0;
  if (isTooOld || isDeprecated(services, body.version)) {
    throw refusal(
      403,
      "version-deprecated",
      `Runner version v${body.version} is deprecated and cannot receive messages.`,
    );
  }
  const known = services.store.state.runners.find(({ name }) => name.toLowerCase() === body.name.toLowerCase());
  if (known !== undefined && !body.replace) {
    throw refusal(409, "name-taken", `A runner exists with the same name ${body.name}.`);
  }
  if (known !== undefined && services.presence.hasJob(known.id)) {
    throw new GitHubApiError(422, `Runner "${known.name}" is still running a job`);
  }
  const credential = randomBytes(32).toString("base64url");
  const id = services.store.change((state, emit) => {
    const made = known === undefined ? services.store.nextId() : known.id;
    const readOnly = body.defaultLabels ? defaultLabels(body.os, body.architecture) : [];
    const runner: StoredRunner = {
      id: made,
      name: body.name,
      os: body.os,
      architecture: body.architecture,
      version: null,
      labels: relabel({ labels: [] }, body.labels, () => services.store.nextId(), readOnly),
      ephemeral: body.ephemeral,
      disableUpdate: body.disableUpdate,
      createdAt: services.store.now(),
      credentialSha256: sha256(credential),
      announced: "offline",
    };
    state.runners = [...state.runners.filter((other) => other.id !== made), runner];
    const labels = runner.labels.map(({ name }) => name);
    emit(known === undefined ? "runner.registered" : "runner.replaced", { runnerId: made, name: body.name, labels });
    return made;
  });
  services.presence.gone(id);
  const reply: RegisterReply = { id, name: body.name, clientId: randomUUID(), credential };
  return { status: 201, body: reply };
}

function remove(services: Services, request: ApiRequest): GitHubReply {
  const { url, id } = parseBody(removeBody, request.body);
  requireToken(services, request, "remove", url);
  const runner = services.store.state.runners.find((known) => known.id === id);
  if (runner === undefined) throw notFound();
  services.store.change((state, emit) => {
    state.runners = state.runners.filter((other) => other.id !== id);
    emit("runner.removed", { runnerId: id, name: runner.name });
  });
  services.presence.gone(id);
  return noContent;
}
