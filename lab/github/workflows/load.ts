import type { WorkflowFile } from "../repository/repository";
import { workflowLibrary } from "./library";
import type { Workflow } from "./model";
import { parseWorkflowFile } from "./parse";

/**
 * The workflow of one file.
 * @param files the workflow files of a commit
 * @throws Error when there is no such file, or when it cannot be run
 */
export function workflowIn(files: readonly WorkflowFile[], file: string): Workflow {
  const found = files.find(({ name }) => name === file);
  if (found === undefined) throw new Error(`There is no workflow file .github/workflows/${file}.`);
  return parseWorkflowFile(workflowLibrary(), file, found.content.toString("utf8"));
}
