/** Where GitHub can be reached: the other side of run.ts. */
import { GitHubClient } from "@ghrunners/core/github/client";
import { worker } from "../inside";
import { carryOut, look, type FinishedRun, type WorkflowRunInput } from "./follow";

worker(async (input: WorkflowRunInput): Promise<FinishedRun | null> => {
  const { url, repository } = input.github;
  const client = await GitHubClient.open({ url, fullName: repository }, input.token);
  if (input.verb === "run") return carryOut(client, input, repository);
  await look(client, repository, input.workflow, input.instead);
  return null;
});
