import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import type { TriggerRequest, WorkflowEngine } from "./engine";
import { faultKinds, isFaultName } from "./faults";
import { bodyOf, send } from "./http/server";
import type { GitHubReply } from "./http/message";
import { knownApps } from "./registered-apps";
import { sameScope } from "./sealed-secrets";
import type { Services } from "./services";
import { pullRequestEvent, pushEvent } from "./workflows/events";

type TextReply = GitHubReply<number, string>;

/** The parameters that say whom a fault strikes; a DELETE may name them to end one of several. */
const subject = z.object({
  name: z.string().optional(),
  login: z.string().optional(),
  permission: z.string().optional(),
});

const json = (status: number, body: unknown): TextReply => ({
  status,
  body: JSON.stringify(body),
  headers: { "content-type": "application/json" },
});
const refused = (status: number, error: string): TextReply => json(status, { error });

function faults(services: Services, method: string, name: string | undefined, body: unknown): TextReply {
  const known = `Faults: ${Object.keys(faultKinds).join(", ")}.`;
  if (name !== undefined && !isFaultName(name)) return refused(404, `There is no fault "${name}". ${known}`);
  if (method === "GET") {
    return json(
      200,
      services.faults.list().filter((fault) => name === undefined || fault.name === name),
    );
  }
  if (method === "DELETE") {
    const only = subject.safeParse(body ?? {});
    if (!only.success) return refused(400, z.prettifyError(only.error));
    return json(200, services.faults.clear(name, only.data));
  }
  if (name === undefined) return refused(404, `Name the fault: PUT /_lab/faults/NAME. ${known}`);
  const parameters = faultKinds[name].parameters.safeParse(body ?? {});
  if (!parameters.success) return refused(400, `Parameters of the fault ${name}: ${z.prettifyError(parameters.error)}`);
  return json(200, services.faults.set(name, parameters.data));
}

/** Proof that a secret arrived with the right value: its SHA-256, never the value. */
function secretProof({ store, secrets }: Services, query: URLSearchParams): TextReply {
  const scope = query.get("environment");
  const list = store.state.secrets
    .filter((secret) => sameScope(secret.scope, scope))
    .map(({ name, updatedAt }) => ({ name, updated_at: updatedAt, sha256: secrets.fingerprint(scope, name) }));
  return json(200, { environment: scope, secrets: list });
}

const triggers = { push: pushEvent, "pull-request": pullRequestEvent } as const;

/** Applies an event to the repository, and returns the runs that it started. */
function trigger(engine: WorkflowEngine, subject: keyof typeof triggers, body: unknown): TextReply {
  const parsed = triggers[subject].safeParse(body ?? {});
  if (!parsed.success) return refused(400, `${subject}: ${z.prettifyError(parsed.error)}`);
  const kind = subject === "push" ? "push" : "pull_request";
  const runs = engine.trigger({ kind, event: parsed.data } as TriggerRequest);
  return json(
    200,
    runs.map(({ id, workflowFile, conclusion }) => ({ id, workflow: workflowFile, waits: conclusion !== null })),
  );
}

function answer(services: Services, engine: WorkflowEngine, method: string, url: URL, body: unknown): TextReply {
  const [, root, subject, name, ...rest] = url.pathname.split("/");
  if (root === "_lab" && rest.length === 0) {
    if (subject === "faults" && ["GET", "PUT", "DELETE"].includes(method)) {
      return faults(services, method, name === undefined ? undefined : decodeURIComponent(name), body);
    }
    if (method === "POST" && name === undefined && (subject === "push" || subject === "pull-request")) {
      return trigger(engine, subject, body);
    }
    if (method === "GET" && name === undefined) {
      if (subject === "health") return json(200, { status: "ok", service: "github", pid: process.pid });
      if (subject === "events") {
        const since = Number(url.searchParams.get("since") ?? 0);
        if (!Number.isInteger(since) || since < 0) return refused(400, "since is the number of an event, 0 for all.");
        return json(200, services.store.eventsSince(since));
      }
      if (subject === "permissions")
        return json(200, services.permissionUse.report(services.seed, knownApps(services.seed, services.store)));
      if (subject === "limits") return json(200, services.secondaryLimits.report());
      if (subject === "secrets") return secretProof(services, url.searchParams);
    }
  }
  return refused(404, `No administration at ${method} ${url.pathname}.`);
}

/**
 * The administration of the service, for its unix socket alone.
 * @param merge merges every open pull request, and returns their numbers
 */
export function administrationListener(services: Services, engine: WorkflowEngine, merge: () => Promise<number[]>) {
  return async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    let reply: TextReply;
    try {
      const text = (await bodyOf(message)).toString("utf8");
      const url = new URL(message.url ?? "/", "http://administration.invalid");
      const body: unknown = text === "" ? undefined : JSON.parse(text);
      const isMerge = message.method === "POST" && url.pathname === "/_lab/merge";
      reply = isMerge ? json(200, await merge()) : answer(services, engine, message.method ?? "GET", url, body);
    } catch (error) {
      reply = error instanceof SyntaxError ? refused(400, "The body is not JSON.") : refused(500, String(error));
    }
    // A connection that a client kept would be a dead one after a restart.
    response.shouldKeepAlive = false;
    send(response, reply);
  };
}
