/** The command that repairs each kind of drift; a test runs every one of them. Pure. */
import { gh } from "@ghrunners/core/github/gh";
import type { Repository } from "@ghrunners/core/github/repository";
import type { GitHubRunner } from "@ghrunners/core/github/runner";
import { runnerApi } from "@ghrunners/core/github/runner-scope";
import { quote } from "@ghrunners/core/ssh/render-script";
import type { AuthorizedKey } from "./observation";

export interface Repairs {
  /** Repairs what Pulumi's refresh sees. */
  readonly refresh: string;
  /** Repairs the environment's protection: the provider does not notice a missing rule. */
  readonly protection: string;
  /** Repairs files on the monitoring host, which no resource reads back. */
  readonly monitoring: string;
  readonly rotate: (secret: string) => string;
  /**
   * Recreates a resource that was changed from outside: a host, or a secret, which the provider does not write again.
   */
  readonly replace: (urn: string | undefined) => string;
  readonly private: string;
  /** Takes over the name that GitHub shows; `pulumi up` then follows. @param name `owner/name` */
  readonly rename: (name: string) => string;
  readonly removeSecret: (scope: "environment" | "repository", name: string) => string;
  readonly removeVariable: (scope: "environment" | "repository", name: string) => string;
  readonly removePolicy: (id: number) => string;
  readonly removeRunner: (runner: Pick<GitHubRunner, "id" | "groupId">) => string;
  readonly removeKey: (
    host: { user: string; host: string },
    from: Pick<AuthorizedKey, "file" | "changedBy">,
    key: string,
  ) => string;
}

/** A path for the host's shell, behind the one of this machine. */
const pathWord = (file: string): string => (/^[\w./@-]+$/.test(file) ? file : quote(quote(file)));

/** @param where the repository, whose GitHub need not be github.com */
export function repairsFor(stack: string, where: Pick<Repository, "url" | "fullName">, environment: string): Repairs {
  const on = `--stack ${stack}`;
  const repository = where.fullName;
  const call = gh(where.url);
  const entry =
    (noun: "secret" | "variable") =>
    (scope: "environment" | "repository", name: string): string =>
      `${call} ${noun} delete ${name} --repo ${repository}${scope === "environment" ? ` --env ${environment}` : ""}`;
  const remove = (path: string): string => `${call} api --method DELETE repos/${repository}/${path}`;
  return {
    refresh: `pulumi up --refresh ${on}`,
    protection: `ghrunners restore-protection ${on}`,
    monitoring: `ghrunners restore-monitoring ${on}`,
    rotate: (secret) => `ghrunners rotate ${secret} --apply ${on}`,
    replace: (urn) => (urn === undefined ? `pulumi up --refresh ${on}` : `pulumi up --replace ${quote(urn)} ${on}`),
    private: `${call} repo edit ${repository} --visibility private --accept-visibility-change-consequences`,
    rename: (name) => `pulumi config set --path 'ghrunners:github.repository' ${quote(name)} ${on}`,
    removeSecret: entry("secret"),
    removeVariable: entry("variable"),
    removePolicy: (id) => remove(`environments/${encodeURIComponent(environment)}/deployment-branch-policies/${id}`),
    removeRunner: (runner) => `${call} api --method DELETE ${runnerApi(repository, runner)}`,
    // The base64 text of a key has no character that is special in sed, except the slash, which is not the delimiter
    // here. Root does not write through a folder of a user's own.
    removeKey: ({ user, host }, { file, changedBy }, key) =>
      `ssh ${user}@${host} sudo ${changedBy === "root" ? "" : `-u ${changedBy} `}sed -i ${quote(quote(`\\|${key.split(" ")[1] ?? key}|d`))} ${pathWord(file)}`,
  };
}
