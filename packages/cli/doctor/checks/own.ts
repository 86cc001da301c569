/** The user's own programs, Pulumi's backend, and the stack with its configuration. Pure. */
import { compareVersions } from "@ghrunners/core/vocabulary/version";
import { commandFor } from "@ghrunners/config/documentation";
import type { Problem } from "@ghrunners/config/problem";
import type { PulumiNeed } from "../../pulumi/explain";
import { type DoctorCheck, ok, problem, fromMessage, type DoctorVerdict } from "../check";
import type { Fact, OwnFacts } from "../facts";

/** The first of the facts that Pulumi did not give because of this lack. */
function lacking(facts: OwnFacts, lack: PulumiNeed): string | undefined {
  const errors = [facts.stack, facts.configuration, facts.state].flatMap((fact: Fact<unknown>) =>
    "error" in fact ? [fact] : [],
  );
  return errors.find(({ lacks }) => lacks === lack)?.error;
}

function judgePulumi({ pulumi: { seen, needed } }: OwnFacts): DoctorVerdict {
  const install = "install it: https://www.pulumi.com/docs/iac/download-install/";
  if ("error" in seen) return fromMessage("problem", seen.error, install);
  return compareVersions(seen.value, needed) >= 0
    ? ok(`Pulumi ${seen.value}`)
    : problem(`Pulumi ${seen.value}`, install);
}

/**
 * Pulumi needs the backend before the stack, and the stack before its secrets: a failure at a later one shows that the
 * earlier ones are met.
 */
const order: readonly PulumiNeed[] = ["backend", "stack", "passphrase"];

/** @param good what to say if this need is met @param next the command for a failure that names none */
function judgeNeed(facts: OwnFacts, need: PulumiNeed, good: string, next: string): DoctorVerdict {
  const lack = lacking(facts, need);
  if (lack !== undefined) return fromMessage("problem", lack, next);
  const { stack, configuration } = facts;
  const further = order.slice(order.indexOf(need) + 1).some((each) => lacking(facts, each) !== undefined);
  if ("value" in configuration || further) return ok(good);
  return fromMessage("unknown", "error" in stack ? stack.error : configuration.error, next);
}

const settingProblem = ({ path, seen, allowed, next }: Problem): DoctorVerdict =>
  problem(`ghrunners:${path}: ${seen}`, next ?? commandFor(path), allowed);

function judgeConfiguration({ configuration }: OwnFacts): DoctorVerdict | readonly DoctorVerdict[] {
  if ("error" in configuration) return fromMessage("unknown", configuration.error, "pulumi config");
  const result = configuration.value;
  if ("problems" in result) return result.problems.map(settingProblem);
  const { runners, environment } = result.settings;
  return ok(`complete: ${runners.length} runners for the environment ${environment}`);
}

function judgeDeployed({ state }: OwnFacts): DoctorVerdict {
  if ("error" in state) return fromMessage("unknown", state.error, "pulumi stack");
  const { resources } = state.value;
  return resources > 0
    ? ok(`${resources} resources in the state`)
    : problem("nothing: the stack has not been deployed yet", "pulumi up");
}

export function ownChecks(facts: OwnFacts): DoctorCheck[] {
  const { node, pulumi } = facts;
  const stage = "own";
  return [
    {
      id: "node",
      stage,
      expected: `Node ${node.needed} or newer`,
      needs: [],
      judge: () =>
        compareVersions(node.seen, node.needed) >= 0
          ? ok(`Node ${node.seen}`)
          : problem(`Node ${node.seen}`, "install it: https://nodejs.org/en/download"),
    },
    {
      id: "pulumi",
      stage,
      expected: `the Pulumi CLI, ${pulumi.needed} or newer`,
      needs: [],
      judge: () => judgePulumi(facts),
    },
    {
      id: "backend",
      stage,
      expected: "a backend that Pulumi is logged in to",
      needs: ["pulumi"],
      judge: () => judgeNeed(facts, "backend", "Pulumi is logged in", "pulumi whoami --verbose"),
    },
    {
      id: "stack",
      stage,
      expected: "a stack that exists",
      needs: ["backend"],
      judge: () => judgeNeed(facts, "stack", "value" in facts.stack ? facts.stack.value : "", "pulumi stack ls"),
    },
    {
      id: "passphrase",
      stage,
      expected: "the passphrase, or access to the key, of the stack's secrets",
      needs: ["stack"],
      judge: () => judgeNeed(facts, "passphrase", "the secrets open", "export PULUMI_CONFIG_PASSPHRASE_FILE=FILE"),
    },
    {
      id: "configuration",
      stage,
      expected: "every setting that the program needs, with an allowed value",
      needs: ["passphrase"],
      judge: () => judgeConfiguration(facts),
    },
    {
      id: "deployed",
      stage,
      expected: "resources that pulumi up has made",
      needs: ["configuration"],
      judge: () => judgeDeployed(facts),
    },
  ];
}
