import type { Json } from "./template";

type JsonMap = { [key: string]: Json };

/** Members of a job's matrix and how they run together. One empty member when there is no matrix. */
export interface MatrixPlan {
  readonly members: readonly JsonMap[];
  readonly failFast: boolean;
  readonly maxParallel: number;
}

/** GitHub: a matrix generates at most this many jobs in a run. */
const mostMembers = 256;

const isMap = (value: Json | undefined): value is JsonMap =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const same = (left: Json | undefined, right: Json | undefined): boolean =>
  JSON.stringify(left) === JSON.stringify(right);

/**
 * Expands an evaluated `strategy` by GitHub's rules: product, then exclude, then include.
 * @throws Error when the matrix is empty, too large or of the wrong shape
 */
export function planMatrix(strategy: Json): MatrixPlan {
  const settings = isMap(strategy) ? strategy : {};
  const plan = {
    failFast: settings["fail-fast"] !== false,
    maxParallel: typeof settings["max-parallel"] === "number" ? settings["max-parallel"] : Infinity,
  };
  const matrix = settings.matrix;
  if (matrix === undefined || matrix === null) return { ...plan, members: [{}] };
  if (!isMap(matrix)) throw new Error("strategy.matrix is not a mapping.");
  const axes = Object.entries(matrix).filter(([name]) => name !== "include" && name !== "exclude");
  const members = include(
    exclude(product(axes), list(matrix.exclude)),
    list(matrix.include),
    axes.map(([name]) => name),
  );
  if (members.length === 0) throw new Error("Matrix vector does not contain any values");
  if (members.length > mostMembers)
    throw new Error(`The matrix has ${members.length} jobs, the limit is ${mostMembers}.`);
  return { ...plan, members };
}

function list(value: Json | undefined): JsonMap[] {
  return Array.isArray(value) ? value.filter(isMap) : [];
}

function product(axes: readonly (readonly [string, Json])[]): JsonMap[] {
  if (axes.length === 0) return [];
  return axes.reduce<JsonMap[]>(
    (combined, [name, values]) => {
      if (!Array.isArray(values)) throw new Error(`strategy.matrix.${name} is not a list.`);
      return combined.flatMap((member) => values.map((value) => ({ ...member, [name]: value })));
    },
    [{}],
  );
}

function exclude(members: JsonMap[], excluded: JsonMap[]): JsonMap[] {
  return members.filter(
    (member) =>
      !excluded.some((pattern) => Object.entries(pattern).every(([name, value]) => same(member[name], value))),
  );
}

/** An inclusion is added to every member whose original values it does not change, else it is a member of its own. */
function include(members: JsonMap[], inclusions: JsonMap[], axes: readonly string[]): JsonMap[] {
  const result = members.map((member) => ({ ...member }));
  const originals = members.length;
  for (const inclusion of inclusions) {
    const fits = result
      .slice(0, originals)
      .filter((_, index) =>
        axes.every((axis) => !(axis in inclusion) || same(members[index]?.[axis], inclusion[axis])),
      );
    if (fits.length === 0) result.push({ ...inclusion });
    for (const member of fits) Object.assign(member, inclusion);
  }
  return result;
}

/** Name of a member's job as GitHub shows it: the values in brackets. */
export function memberName(jobName: string, member: JsonMap): string {
  const values = Object.values(member).map((value) =>
    typeof value === "object" ? JSON.stringify(value) : String(value),
  );
  return values.length === 0 ? jobName : `${jobName} (${values.join(", ")})`;
}
