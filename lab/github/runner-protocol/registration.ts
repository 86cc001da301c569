import { randomBytes, randomUUID } from "node:crypto";
import { z } from "zod";
import { parseBody } from "../http/body";
import { GitHubApiError, notFound } from "../http/errors";
import { type ApiRequest, noContent, plainRoute, type GitHubReply, type GitHubRoute } from "../http/message";
import type { StoredRunner, StoredRunnerGroup, RunnerToken } from "../model";
import { isDeprecated } from "../deprecations";
import { belongsTo, DEFAULT_GROUP, defaultGroup, groupNamed } from "../runner-groups";
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
  /** Name of the group, with --runnergroup. */
  group: z.string().min(1).optional(),
});
const removeBody = z.object({ url: z.string(), id: z.number().int() });

/** Makes a runner known and unknown, as config.sh asks for it. */
export function registrationRoutes(services: Services): GitHubRoute[] {
  return [
    plainRoute("POST", `${protocolRoot}/register`, "own", (request) => register(services, request)),
    plainRoute("POST", `${protocolRoot}/remove`, "own", (request) => remove(services, request)),
  ];
}

/**
 * GitHub answers a bare 404 to an expired token, a token of the wrong kind and a wrong URL alike.
 * @returns what the runner belongs to: the organization, or the repository
 */
function requireToken(
  services: Services,
  request: ApiRequest,
  kind: RunnerToken["kind"],
  url: string,
): RunnerToken["of"] {
  const [, token] = /^RemoteAuth (\S+)$/.exec(request.headers.authorization ?? "") ?? [];
  const { publicUrl, owner, repository } = services.seed;
  const is = (expected: string): boolean => url.replace(/\/$/, "").toLowerCase() === expected.toLowerCase();
  const ofOrganization = owner.type === "Organization" && is(`${publicUrl}/${owner.login}`);
  const isOurs = ofOrganization || is(`${publicUrl}/${owner.login}/${repository.name}`);
  const of = ofOrganization ? "organization" : undefined;
  const isExpired = kind === "registration" && services.faults.active("registration-token-expired") !== undefined;
  if (token === undefined || !isOurs || isExpired || !services.runnerTokens.accepts(token, kind, of)) throw notFound();
  return of;
}

/** The group that the runner joins; undefined for a runner of the repository. */
function groupFor(
  { store }: Services,
  of: RunnerToken["of"],
  wanted: string = DEFAULT_GROUP,
): StoredRunnerGroup | undefined {
  const isDefault = wanted.toLowerCase() === DEFAULT_GROUP.toLowerCase();
  if (of === undefined && isDefault) return undefined;
  const found = of === undefined ? undefined : groupNamed(store.state.runnerGroups, wanted);
  if (found === undefined) {
    throw refusal(404, "group-unknown", `Could not find any self-hosted runner group named "${wanted}".`);
  }
  return found;
}

function register(services: Services, request: ApiRequest): GitHubReply {
  const body = parseBody(registerBody, request.body);
  const of = requireToken(services, request, "registration", body.url);
  const group = groupFor(services, of, body.group);
  const isTooOld = body.version.localeCompare(oldestVersion, "en", { numeric: true }) < 0;
  if (isTooOld || isDeprecated(services, body.version)) {
    throw refusal(
      403,
      "version-deprecated",
      `Runner version v${body.version} is deprecated and cannot receive messages.`,
    );
  }
  const isSame = (runner: StoredRunner): boolean =>
    runner.name.toLowerCase() === body.name.toLowerCase() && belongsTo(runner, of);
  const known = services.store.state.runners.find(isSame);
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
      ...(group === undefined ? {} : { group: group.id }),
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
  const { id: groupId, name: groupName } = group ?? defaultGroup();
  const reply: RegisterReply = { id, name: body.name, clientId: randomUUID(), credential, groupId, groupName };
  return { status: 201, body: reply };
}

function remove(services: Services, request: ApiRequest): GitHubReply {
  const { url, id } = parseBody(removeBody, request.body);
  const of = requireToken(services, request, "remove", url);
  const runner = services.store.state.runners.find((known) => known.id === id && belongsTo(known, of));
  if (runner === undefined) throw notFound();
  services.store.change((state, emit) => {
    state.runners = state.runners.filter((other) => other.id !== id);
    emit("runner.removed", { runnerId: id, name: runner.name });
  });
  services.presence.gone(id);
  return noContent;
}
