/**
 * Finds out before a reviewer is asked whether a deployment through GitHub would fail or do nothing: deployments are
 * paused, the repository does not have the version, or it is already installed and healthy. About versions no
 * prediction is made if the repository's workflow is built differently.
 */
import path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { judge } from "@ghrunners/deploy/deployer/judge";
import { compile, deploymentId, sumOf } from "@ghrunners/deploy/plan/compile";
import { pointerProblem } from "@ghrunners/deploy/plan/lfs-pointer";
import { parsePlan } from "@ghrunners/deploy/plan/parse";
import type { Plan } from "@ghrunners/deploy/plan/schema";
import type { Request } from "@ghrunners/deploy/protocol/request";
import type { Version } from "@ghrunners/deploy/protocol/values";
import type { Inspection } from "@ghrunners/deploy/target/queries";

/** The sources of a prediction; each answers undefined if it does not know. */
export interface Sources {
  /** Why deployments are paused; undefined also when they are not. */
  readonly pause: () => Promise<string | undefined>;
  /** Text of a file on the default branch. */
  readonly file: (name: string) => Promise<string | undefined>;
  /** Whether a run of the workflow is under way, which may change what is installed. */
  readonly isBusy: () => Promise<boolean>;
  /** What a target shows for a request. */
  readonly inspect: (target: string, request: Request) => Promise<Inspection | undefined>;
}

export type DeploymentForecast =
  | { readonly kind: "open" }
  /** The version is installed and healthy. */
  | { readonly kind: "unchanged" }
  | { readonly kind: "refused"; readonly reason: string };

const open: DeploymentForecast = { kind: "open" };

/** The job that calls deploy.yml with a plan of the repository, and without a script that could fetch an artefact. */
const caller = z.object({
  jobs: z.record(
    z.string(),
    z.object({
      uses: z.string().optional(),
      with: z.object({ plan: z.string(), artefacts: z.string().optional(), script: z.string().optional() }).optional(),
    }),
  ),
});

/** Paths of plan and sums in the repository; undefined if the workflow does not name them literally. */
function placesIn(text: string): { plan: string; artefacts: string } | undefined {
  const workflow = caller.safeParse(parse(text));
  const job = Object.values(workflow.data?.jobs ?? {}).find(({ uses }) => /\/deploy\.ya?ml(@|$)/.test(uses ?? ""));
  if (job?.with === undefined || job.with.script !== undefined) return undefined;
  const { plan, artefacts = path.posix.dirname(plan) } = job.with;
  return [plan, artefacts].some((each) => each.includes("${{")) ? undefined : { plan, artefacts };
}

/** Versions in a list of checksums, found by the plan's file name pattern. */
function versionsIn(sums: string, plan: Plan): string[] {
  const [before = "", after = ""] = plan.artefact.file.split("{version}");
  return sums.split(/\r?\n/).flatMap((line) => {
    const name = /^[0-9a-f]{64} [ *](.+)$/.exec(line)?.[1] ?? "";
    return name.startsWith(before) && name.endsWith(after) ? name.slice(before.length, name.length - after.length) : [];
  });
}

/** @param workflow file name of the workflow that the deployment starts */
export async function foresee(workflow: string, version: Version, sources: Sources): Promise<DeploymentForecast> {
  const pause = await sources.pause();
  if (pause !== undefined) return { kind: "refused", reason: pause };
  const places = placesIn((await sources.file(`.github/workflows/${workflow}`)) ?? "");
  const text = places && (await sources.file(places.plan));
  if (places === undefined || text === undefined) return open;
  const plan = parsePlan(places.plan, text);
  const file = path.posix.join(places.artefacts, plan.artefact.sums);
  const sums = await sources.file(file);
  if (sums === undefined) return open;
  const pointer = pointerProblem(`The list of sums ${file}`, Buffer.from(sums));
  if (pointer !== undefined) return { kind: "refused", reason: pointer };
  const known = versionsIn(sums, plan);
  if (!known.includes(version)) {
    return {
      kind: "refused",
      reason:
        `There is no version ${version}: ${file} on the default branch has ${known.join(", ") || "none"}. Nothing was started. ` +
        "Next: ghrunners deploy --version V, with one of these, or push the artefact and its sum",
    };
  }
  const [target = ""] = plan.targets;
  const sha256 = sumOf(sums, plan.artefact.file.replaceAll("{version}", version));
  const artefact = { sha256, bytes: 0 };
  const id = deploymentId(new Date(), "0000");
  const request = compile(plan, target, { id, version, owner: "ghrunners deploy", artefact });
  if (await sources.isBusy()) return open;
  const seen = await sources.inspect(target, request);
  return seen !== undefined && judge(seen, request).kind === "unchanged" ? { kind: "unchanged" } : open;
}
