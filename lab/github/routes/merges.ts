/** The merge of a pull request by the API, as a person does it on its page. */
import { z } from "zod";
import { parseBody } from "../http/body";
import { conflict, GitHubApiError, notModelled } from "../http/errors";
import type { GitHubRoute, Requester } from "../http/message";
import { rest } from "../http/rest";
import { requireWorkflowPermission } from "../http/workflow-permission";
import { GitObjects } from "../repository/objects";
import type { PullRequests } from "../repository/pull-requests";
import type { Pushes } from "../repository/pushes";
import type { Services } from "../services";

const merge = "/repos/{owner}/{repo}/pulls/{pull_number}/merge";
const asked = z.object({
  commit_title: z.string().optional(),
  commit_message: z.string().optional(),
  sha: z.string().optional(),
  merge_method: z.enum(["merge", "squash", "rebase"]).default("merge"),
});

export function mergeRoutes(
  { seed, repository, permissionUse }: Services,
  pullRequests: PullRequests,
  pushes: Pushes,
): GitHubRoute[] {
  const objects = new GitObjects(repository);
  return [
    rest(`PUT ${merge}`, ["contents:write"], async ({ params, body, identity }) => {
      const { number, title, state, pull } = pullRequests.find(Number(params.pull_number));
      const given = parseBody(asked, body);
      if (given.merge_method !== "merge") throw notModelled(`A merge by ${given.merge_method}`);
      if (given.sha !== undefined && given.sha !== pull.headSha)
        throw conflict("Head branch was modified. Review and try the merge again.");
      const head = given.commit_title ?? `Merge pull request #${number} from ${seed.owner.login}/${pull.head}`;
      const text = `${head}\n\n${given.commit_message ?? title}`;
      const sha = state === "open" ? repository.merge(pull.baseSha, pull.headSha, text) : undefined;
      if (sha === undefined) throw new GitHubApiError(405, "Pull Request is not mergeable");
      const requester = identity as Requester;
      if (objects.workflowsOf(pull.baseSha) !== objects.workflowsOf(sha))
        requireWorkflowPermission(requester, permissionUse, `PUT ${merge}`);
      await pushes.receive(requester.login, async () => repository.point({ [`refs/heads/${pull.base}`]: sha }));
      return { status: 200, body: { sha, merged: true, message: "Pull Request successfully merged" } };
    }),
  ];
}
