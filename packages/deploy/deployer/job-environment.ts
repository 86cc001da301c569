/** The deployer's inputs from a deployment job, given by environment variables. Pure. */
import { z } from "zod";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import { stillValid } from "@ghrunners/failover/choice/choose";
import { decisionFrom, selfIn } from "@ghrunners/failover/choice/gate-decision";
import { requiredVariable } from "../required-variable";
import type { Origin } from "../protocol/request";
import { parseDeploymentId, type DeploymentId } from "../protocol/values";

type Variables = Readonly<Record<string, string | undefined>>;

/** Content of DEPLOY_TARGETS, which the Pulumi program writes from ghrunners:targets. */
const targets = z.array(
  z.object({
    name: z.string().min(1),
    address: z.string().min(1),
    user: z.string().min(1),
    hostKey: z.string().min(1),
  }),
);

/**
 * Address of a target, with its pinned key.
 * @throws Error if the environment's variable does not contain it
 */
export function addressOf(variables: Variables, target: string): HostAddress {
  const text = variables.DEPLOY_TARGETS ?? "";
  const parsed = targets.safeParse(text === "" ? [] : JSON.parse(text));
  if (!parsed.success) throw new Error(`DEPLOY_TARGETS is not usable:\n${z.prettifyError(parsed.error)}`);
  const found = parsed.data.find(({ name }) => name === target);
  if (found !== undefined) return { host: found.address, user: found.user, hostKey: found.hostKey };
  const known = parsed.data.map(({ name }) => name).join(", ") || "none";
  throw new Error(
    `The environment's variable DEPLOY_TARGETS does not name the plan's target "${target}". Known: ${known}. ` +
      `Next: set ghrunners:targets, then pulumi up`,
  );
}

export const runUrl = (variables: Variables): string =>
  `${requiredVariable(variables, "GITHUB_SERVER_URL")}/${requiredVariable(variables, "GITHUB_REPOSITORY")}/actions/runs/${requiredVariable(variables, "GITHUB_RUN_ID")}`;

export const ownerOf = (variables: Variables): string =>
  `${requiredVariable(variables, "GITHUB_ACTOR")}@${requiredVariable(variables, "RUNNER_NAME")}`;

/** A repeated run is a new deployment. */
export function idOf(
  { GITHUB_RUN_ATTEMPT: attempt = "1" }: Variables,
  given: string | undefined,
): DeploymentId | undefined {
  // The workflow's input is empty if it was not given.
  if (given === undefined || given === "") return undefined;
  const id = parseDeploymentId(given);
  return attempt === "1" ? id : parseDeploymentId(`${id}-${attempt}`);
}

/**
 * Run and decision, checked immediately before the target is changed.
 * @throws Error if this is not the currently chosen runner
 */
export function originOf(variables: Variables, now: Date): Origin {
  const labels = z.array(z.string()).parse(JSON.parse(requiredVariable(variables, "GATE_LABELS")));
  const gate = decisionFrom({
    environment: requiredVariable(variables, "DEPLOY_ENVIRONMENT"),
    variable: variables.DEPLOY_RUNNER ?? "",
    wanted: variables.WANTED_RUNNER || "auto",
    labels,
    reason: variables.GATE_REASON ?? "",
    now,
  });
  const problem = stillValid(gate, selfIn(gate, requiredVariable(variables, "RUNNER_NAME"), { labels }), now);
  if (problem !== undefined)
    throw new Error(`This runner may not deploy now: ${problem}. Nothing was changed. Next: run the workflow again`);
  return { run: runUrl(variables), gate };
}
