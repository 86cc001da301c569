/** What of a workflow's text depends on what GitHub offers: machines, actions and variables. Pure. */
import { parse } from "yaml";

export interface WorkflowNeeds {
  /** Every text that may name a runner: `runs-on`, values of a matrix, and defaults of inputs. */
  readonly machines: readonly string[];
  /** `uses` of jobs and steps, such as `actions/checkout@v5`. */
  readonly actions: readonly string[];
  /** Environment variables of the workflow, its jobs and their steps. */
  readonly variables: Readonly<Record<string, string>>;
}

type Mapping = Readonly<Record<string, unknown>>;

const mapping = (value: unknown): Mapping =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Mapping) : {};
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** Every text below a value, whatever its shape. */
function texts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(texts);
}

const variablesOf = ({ env }: Mapping): [string, string][] =>
  Object.entries(mapping(env)).map(([name, value]) => [name, String(value)]);

const usesOf = ({ uses }: Mapping): string[] => (typeof uses === "string" ? [uses] : []);

function parsed(text: string): Mapping {
  try {
    return mapping(parse(text));
  } catch {
    // GitHub runs no workflow that it cannot read either.
    return {};
  }
}

/** @example readWorkflow("jobs: { a: { runs-on: ubuntu-24.04 } }").machines // ["ubuntu-24.04"] */
export function readWorkflow(text: string): WorkflowNeeds {
  const workflow = parsed(text);
  const jobs = Object.values(mapping(workflow.jobs)).map(mapping);
  const steps = jobs.flatMap((job) => list(job.steps).map(mapping));
  const inputs = Object.values(mapping(workflow.on)).flatMap((event) => Object.values(mapping(mapping(event).inputs)));
  return {
    machines: [
      ...jobs.flatMap((job) => [...texts(job["runs-on"]), ...texts(mapping(job.strategy).matrix)]),
      ...inputs.flatMap((input) => texts(mapping(input).default)),
    ],
    actions: [...jobs, ...steps].flatMap(usesOf),
    variables: Object.fromEntries([workflow, ...jobs, ...steps].flatMap(variablesOf)),
  };
}
