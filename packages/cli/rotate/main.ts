import { parseArgs } from "node:util";
import { runCommand, WrongUse } from "../command";
import type { Settings } from "@ghrunners/config/parse";
import type { SecretSettings } from "@ghrunners/config/secrets";
import { bootLabTarget } from "../deploy/target";
import { capturePulumi } from "../pulumi/engine";
import { openStack, stackName, type Stack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { note } from "@ghrunners/core/terminal";
import { DeployKeyRotation, updateSecret } from "./key";
import { describe, planKeyRotation, secretName, type Proof } from "./plan";

const help = `usage: npm run ops -- rotate NAME --dry-run|--apply [--proof job|ssh] [--json]

Replaces the value of a secret of the stack "lab" (or the one that STACK names).
ssh-key: the new key is let in on the targets, GitHub's secret is written, the new key logs in, the old one goes.
--proof job (default): a job on a runner of the environment logs in with the secret's key (workflow deploy-key-proof.yml
on the default branch; the environment's reviewers approve it). --proof ssh: this machine logs in.
random: its generation is raised, which makes another value, and GitHub's secret is written.
Interrupted at any step, the same command carries on; the key that GitHub holds opens every target all the time.
--dry-run only looks, and says what is left to do. No value is ever shown.
Exit code: 0 done, 1 failed, 2 wrong use.
`;

/** What `--json` prints. */
interface Result {
  readonly version: 1;
  readonly secret: string;
  readonly kind: SecretSettings["source"]["kind"];
  readonly applied: boolean;
  readonly steps: readonly string[];
}

function find(settings: Settings, given: string): SecretSettings {
  const found = settings.secrets.find(({ name }) => name === secretName(given));
  if (found !== undefined) return found;
  const known = settings.secrets.map(({ name }) => name).join(", ") || "none is configured";
  throw new WrongUse(`There is no secret ${given}. Known: ${known}.`);
}

async function rotateRandom(stack: Stack, settings: Settings, name: string, apply: boolean): Promise<string[]> {
  const generation = (settings.secretGenerations[name] ?? 1) + 1;
  const steps = [
    `raise its generation to ${generation}`,
    "make a new value, write GitHub's secret (pulumi up, this secret alone)",
  ];
  if (!apply) return steps;
  for (const step of steps) note(step);
  await capturePulumi(stack.engine, [
    "config",
    "set",
    "--path",
    `ghrunners:secretGenerations.${name}`,
    String(generation),
  ]);
  await updateSecret(stack, name);
  return steps;
}

async function rotate(stack: Stack, given: string, apply: boolean, proof: Proof): Promise<Result> {
  const settings = await settingsOf(stack.engine);
  const secret = find(settings, given);
  const { kind } = secret.source;
  const result = (steps: readonly string[]): Result => ({
    version: 1,
    secret: secret.name,
    kind,
    applied: apply,
    steps,
  });
  if (kind === "random") return result(await rotateRandom(stack, settings, secret.name, apply));
  if (kind === "config") {
    throw new WrongUse(
      `The value of ${secret.name} comes from outside, so only its issuer can make a new one. Next: ` +
        `pulumi config set --secret --path 'ghrunners:secretValues.${secret.name}' < SECRET_FILE, then npm run up`,
    );
  }
  await bootLabTarget(stack, note);
  const rotation = new DeployKeyRotation(stack, settings, secret, proof);
  const steps = apply ? await rotation.carryOn(note) : planKeyRotation(await rotation.look());
  return result(steps.map((step) => describe(step, proof)));
}

const options = {
  "dry-run": { type: "boolean" },
  apply: { type: "boolean" },
  proof: { type: "string", default: "job" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const [name, ...more] = positionals;
  const { proof } = values;
  const whole = name !== undefined && more.length === 0 && (proof === "job" || proof === "ssh");
  if (!whole || (values.apply ?? false) === (values["dry-run"] ?? false)) {
    process.stderr.write(help);
    return 2;
  }
  const result = await rotate(await openStack(stackName(), note), name, values.apply ?? false, proof);
  const head = `${result.secret} (${result.kind}): ${result.applied ? "rotated" : "to be done"}`;
  process.stdout.write(
    values.json
      ? `${JSON.stringify(result, null, 2)}\n`
      : `${[head, ...result.steps.map((step, index) => `  ${index + 1}. ${step}`)].join("\n")}\n`,
  );
  return 0;
}

runCommand(main);
