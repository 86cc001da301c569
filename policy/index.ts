/**
 * The policy pack, for organisations that enforce packs: the program itself calls the same guards before it changes
 * anything (config/refusals.ts). Level and environment come with the pack's configuration; without it every guard
 * refuses, and the stack's name is used as the environment.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { PolicyPack, type ResourceValidationPolicy } from "@pulumi/policy";
import { type Guard, nextStep } from "./guard";
import { guards } from "./guards";
import { passphraseIsEmpty } from "./passphrase";
import { type LocalFacts, factsOf } from "./resource-facts";
import type { WorkflowFacts } from "./workflows";

let workflows: readonly WorkflowFacts[] | undefined;

const checkout: LocalFacts = {
  workflows: () => {
    // Read once, and only when a guard needs it, because starting takes most of this process's time.
    const { readWorkflows } = require("./workflows") as typeof import("./workflows");
    return (workflows ??= readWorkflows(path.join(__dirname, "..", ".github", "workflows")));
  },
  passphraseIsEmpty: () => passphraseIsEmpty(process.env, (file) => readFileSync(file, "utf8")),
};

/** `urn:pulumi:STACK::PROJECT::...` */
const stackOf = (urn: string): string => urn.split("::")[0]?.split(":").at(-1) ?? "";

const policyOf = ({ name, description, judge }: Guard): ResourceValidationPolicy => ({
  name,
  description,
  enforcementLevel: "mandatory",
  configSchema: { properties: { environment: { type: "string" } } },
  validateResource: (args, report) => {
    const { type, props, opts, urn } = args;
    const environment = args.getConfig<{ environment?: string }>().environment ?? stackOf(urn);
    const facts = factsOf({ type, name: args.name, props, protect: opts.protect }, environment, checkout);
    if (facts === undefined) return;
    for (const violation of judge(facts)) report(`${violation} ${nextStep(name)}`);
  },
});

new PolicyPack("ghrunners", { policies: guards.map(policyOf) });
