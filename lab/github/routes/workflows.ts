import { z } from "zod";
import { parseBody } from "../http/body";
import { unprocessable } from "../http/errors";
import { type Requester, noContent, type GitHubRoute } from "../http/message";
import { paginate } from "../http/pagination";
import { rest } from "../http/rest";
import type { WorkflowEngine } from "../engine";
import type { WorkflowRecord } from "../model";
import type { Services } from "../services";
import { repositoryPage, repositoryUrl } from "../views/repository";
import { workflowView } from "../views/runs";
import { findWorkflow, workflowRecords } from "../workflow-records";

const base = "/repos/{owner}/{repo}/actions/workflows";

const dispatch = z.object({
  ref: z.string().min(1),
  inputs: z.record(z.string(), z.unknown()).default({}),
  return_run_details: z.boolean().default(false),
});

/** Workflow files as GitHub shows them, and their dispatch. */
export function workflowRoutes(services: Services, engine: WorkflowEngine): GitHubRoute[] {
  const { seed, store } = services;
  const read = ["actions:read"] as const;
  const write = ["actions:write"] as const;
  const view = (record: WorkflowRecord) => workflowView(services, record, engine.nameOf(record.path));

  const enable = (idOrFile: string, state: WorkflowRecord["state"]) => {
    const { id } = findWorkflow(services, idOrFile);
    store.change((all, emit) => {
      for (const record of all.workflows.filter((known) => known.id === id)) record.state = state;
      emit("workflow.updated", { workflowId: id, state });
    });
    return noContent;
  };

  return [
    rest(`GET ${base}`, read, (request) => {
      const page = paginate(workflowRecords(services), request, seed.publicUrl);
      const body = { total_count: page.total, workflows: page.items.map(view) };
      return { status: 200, headers: page.headers, body };
    }),
    rest(`GET ${base}/{workflow_id}`, read, ({ params }) => ({
      status: 200,
      body: view(findWorkflow(services, params.workflow_id)),
    })),
    rest(`PUT ${base}/{workflow_id}/enable`, write, ({ params }) => enable(params.workflow_id, "active")),
    rest(`PUT ${base}/{workflow_id}/disable`, write, ({ params }) => enable(params.workflow_id, "disabled_manually")),
    rest(`POST ${base}/{workflow_id}/dispatches`, write, ({ params, body, identity }) => {
      const record = findWorkflow(services, params.workflow_id);
      const wanted = parseBody(dispatch, body);
      if (Object.keys(wanted.inputs).length > 25) throw unprocessable("Invalid request.\n\nMore than 25 inputs.");
      if (record.state !== "active") throw unprocessable("Cannot trigger a 'workflow_dispatch' on a disabled workflow");
      const { login } = identity as Requester;
      const run = engine.dispatch({ path: record.path, ref: wanted.ref, inputs: wanted.inputs, login });
      if (!wanted.return_run_details) return noContent;
      return {
        status: 200,
        body: {
          workflow_run_id: run.id,
          run_url: `${repositoryUrl(seed)}/actions/runs/${run.id}`,
          html_url: `${repositoryPage(seed)}/actions/runs/${run.id}`,
        },
      };
    }),
  ];
}
