import { printJson, WrongUse } from "../command";
import type { Settings } from "@ghrunners/config/parse";
import type { SecretSettings } from "@ghrunners/config/secrets";
import { capturePulumi } from "../pulumi/run";
import { refuseAtRateLimit } from "../pulumi/run-program";
import { currentStack, type Stack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { note } from "@ghrunners/core/terminal";
import { DeployKeyRotation, updateSecret } from "./key";
import { describe, planKeyRotation, secretName, type KeyProofKind } from "./plan";

/** What `--json` prints. */
interface Result {
  readonly version: 1;
  readonly secret: string;
  readonly kind: SecretSettings["source"]["kind"];
  readonly applied: boolean;
  /** Whether the key that GitHub holds works on every target; null for a secret that is not a key. */
  readonly opens: boolean | null;
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
    "make a new value, write GitHub's secret (pulumi up, only this secret)",
  ];
  if (!apply) return steps;
  for (const step of steps) note(step);
  await capturePulumi(stack, ["config", "set", "--path", `ghrunners:secretGenerations.${name}`, String(generation)]);
  await updateSecret(stack, name);
  return steps;
}

async function change(stack: Stack, given: string, apply: boolean, proof: KeyProofKind): Promise<Result> {
  const settings = await settingsOf(stack);
  const secret = find(settings, given);
  const { kind } = secret.source;
  if (apply) await refuseAtRateLimit(settings);
  const result = (steps: readonly string[], opens: boolean | null = null): Result => ({
    version: 1,
    secret: secret.name,
    kind,
    applied: apply,
    opens,
    steps,
  });
  if (kind === "random") return result(await rotateRandom(stack, settings, secret.name, apply));
  if (kind === "config") {
    throw new WrongUse(
      `The value of ${secret.name} comes from outside, so only its issuer can make a new one. Next: ` +
        `pulumi config set --secret --path 'ghrunners:secretValues.${secret.name}' < SECRET_FILE, then pulumi up`,
    );
  }
  const rotation = new DeployKeyRotation(stack, settings, secret, proof);
  const opens = await rotation.opensEveryTarget(settings.secretValues[secret.name]);
  const steps = apply ? await rotation.carryOn(note) : planKeyRotation(await rotation.look());
  return result(
    steps.map((step) => describe(step, proof)),
    apply || opens,
  );
}

interface Options {
  readonly stack?: string;
  readonly dryRun?: boolean;
  readonly apply?: boolean;
  readonly proof: KeyProofKind;
  readonly json?: boolean;
}

export async function rotate(name: string, options: Options): Promise<number> {
  const { apply = false, dryRun = false, proof } = options;
  if (apply === dryRun) throw new WrongUse("Expected either --dry-run or --apply.");
  const result = await change(await currentStack(options.stack), name, apply, proof);
  if (options.json) {
    printJson<"rotate">(result);
    return 0;
  }
  const head = `${result.secret} (${result.kind}): ${apply ? "rotated" : "to be done"}`;
  process.stdout.write(`${[head, ...result.steps.map((step, index) => `  ${index + 1}. ${step}`)].join("\n")}\n`);
  return 0;
}
