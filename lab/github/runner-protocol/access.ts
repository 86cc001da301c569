import { tokenOf } from "../http/authorize";
import { GitHubApiError } from "../http/errors";
import type { ApiRequest } from "../http/message";
import type { StoredRunner } from "../model";
import { sha256 } from "../runner-tokens";
import type { Services } from "../services";
import type { Refusal } from "./messages";
import type { Session, Sessions } from "./sessions";

/** An answer that a listener understands by its `reason`. */
export const refusal = (status: number, reason: Refusal, message: string): GitHubApiError =>
  new GitHubApiError(status, message, { reason });

/** The runner whose credential came along. @throws GitHubApiError 401 when its registration is gone */
export function runnerOf({ store }: Services, request: Pick<ApiRequest, "headers">): StoredRunner {
  const token = tokenOf(request.headers.authorization);
  const hash = token === undefined ? undefined : sha256(token);
  const runner = store.state.runners.find(({ credentialSha256 }) => credentialSha256 === hash);
  if (runner === undefined) {
    throw refusal(401, "registration-deleted", "The runner registration has been deleted from the server.");
  }
  return runner;
}

/** @throws GitHubApiError 404 when the session is not, or no longer, the runner's */
export function sessionOf(sessions: Sessions, runner: StoredRunner, request: Pick<ApiRequest, "query">): Session {
  const session = sessions.find(runner.id, request.query.get("sessionId"));
  if (session === undefined) throw refusal(404, "session-unknown", "The session is not known; open a new one.");
  return session;
}
