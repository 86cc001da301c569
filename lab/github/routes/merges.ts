/** The merge of a pull request by the API, as a person does it on its page. */
import { z } from "zod";
import { parseBody } from "../http/body";
import { conflict, notModelled } from "../http/errors";
import type { GitHubRoute, Requester } from "../http/message";
import { rest } from "../http/rest";
import { requireWorkflowPermission } from "../http/workflow-permission";
import { mergePull } from "../repository/merge-pull";
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
      const { number, pull } = pullRequests.find(Number(params.pull_number));
      const given = parseBody(asked, body);
      if (given.merge_method !== "merge") throw notModelled(`A merge by ${given.merge_method}`);
      if (given.sha !== undefined && given.sha !== pull.headSha)
        throw conflict("Head branch was modified. Review and try the merge again.");
      const requester = identity as Requester;
      const { login } = requester;
      const wanted = { number, login, title: given.commit_title, message: given.commit_message };
      const sha = await mergePull({ seed, repository, pullRequests, pushes }, wanted, (base, commit) => {
        if (objects.workflowsOf(base) !== objects.workflowsOf(commit))
          requireWorkflowPermission(requester, permissionUse, `PUT ${merge}`);
      });
      return { status: 200, body: { sha, merged: true, message: "Pull Request successfully merged" } };
    }),
  ];
}
