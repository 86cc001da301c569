/**
 * The policy pack: hands each resource to the guards that look at its type.
 * Level and environment come with the pack's configuration, which `ops/pulumi` makes from the stack's; without it every
 * guard refuses, and the stack's name stands for the environment.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { PolicyPack, type ResourceValidationArgs, type ResourceValidationPolicy } from "@pulumi/policy";
import { guardOverrides } from "@ghrunners/core/vocabulary/safety";
import type { Guard, Surroundings } from "./guard";
import { guards } from "./guards";
import { passphraseIsEmpty } from "./passphrase";
import type { WorkflowFacts } from "./workflows";

let workflows: readonly WorkflowFacts[] | undefined;

function readCheckout(): readonly WorkflowFacts[] {
  // Read once, and only when a guard asks: most of this process's life is its start.
  const { readWorkflows } = require("./workflows") as typeof import("./workflows");
  return (workflows ??= readWorkflows(path.join(__dirname, "..", ".github", "workflows")));
}

/** `urn:pulumi:STACK::PROJECT::...` */
const stackOf = (urn: string): string => urn.split("::")[0]?.split(":").at(-1) ?? "";

function surroundings(args: ResourceValidationArgs): Surroundings {
  return {
    environment: args.getConfig<{ environment?: string }>().environment ?? stackOf(args.urn),
    workflows: readCheckout,
    passphraseIsEmpty: () => passphraseIsEmpty(process.env, (file) => readFileSync(file, "utf8")),
  };
}

function policyOf({ name, description, types, judge }: Guard): ResourceValidationPolicy {
  const { setting, words } = guardOverrides[name];
  const next = `Next: mend it, or allow it in words: pulumi config set --path 'ghrunners:safety.${setting}' '${words}'`;
  return {
    name,
    description,
    enforcementLevel: "mandatory",
    configSchema: { properties: { environment: { type: "string" } } },
    validateResource: (args, report) => {
      if (!types.includes(args.type)) return;
      const { type, props, opts } = args;
      for (const violation of judge({ type, name: args.name, props, protect: opts.protect }, surroundings(args))) {
        report(`${violation} ${next}`);
      }
    },
  };
}

new PolicyPack("ghrunners", { policies: guards.map(policyOf) });
