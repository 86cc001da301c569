import type { PermissionUse } from "../permission-use";
import { permits } from "./authorize";
import { notAccessible } from "./errors";
import type { Requester } from "./message";

const PERMISSION = "workflows:write";

/**
 * Lets a change of files below .github/workflows pass only with Workflows: write. GitHub names two alternatives without
 * saying which one holds. A classic token without the scope `workflow` gets 404 instead.
 * Source: GitHub, "Permissions required for fine-grained personal access tokens" (git/trees, git/refs, pulls/merge);
 * the refusals as in googleapis/release-please-action#704, vercel/next.js#94596 and
 * gr2m/octokit-plugin-create-pull-request#104.
 * @param call as in the route table
 * @throws GitHubApiError 403
 */
export function requireWorkflowPermission(requester: Requester, use: PermissionUse, call: string): void {
  if (!permits(requester, PERMISSION))
    throw notAccessible(["contents=write", "contents=write,workflows=write"], requester);
  use.record(requester.login, PERMISSION, call);
}
