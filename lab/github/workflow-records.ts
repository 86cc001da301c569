import { notFound } from "./http/errors";
import type { WorkflowRecord } from "./model";
import type { Services } from "./services";

/** The workflows of the default branch. A file that is new gets its id now and keeps it, even while it is away. */
export function workflowRecords({ repository, store }: Pick<Services, "repository" | "store">): WorkflowRecord[] {
  const paths = repository.workflowFiles(repository.head()).map((file) => file.path);
  const known = new Set(store.state.workflows.map(({ path }) => path));
  const fresh = paths.filter((path) => !known.has(path));
  if (fresh.length > 0) {
    store.change((state) => {
      for (const path of fresh) {
        state.workflows.push({ id: store.nextId(), path, state: "active", createdAt: store.now() });
      }
    });
  }
  return store.state.workflows.filter(({ path }) => paths.includes(path));
}

/** By id or by file name, as GitHub takes both. @throws GitHubApiError 404 */
export function findWorkflow(services: Pick<Services, "repository" | "store">, idOrFile: string): WorkflowRecord {
  const found = workflowRecords(services).find(
    ({ id, path }) => String(id) === idOrFile || path.endsWith(`/${idOrFile}`) || path === idOrFile,
  );
  if (found === undefined) throw notFound();
  return found;
}
