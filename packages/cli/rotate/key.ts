import { makeKeyPair } from "@ghrunners/core/ssh/key-pair";
import { LoginRefusedError } from "@ghrunners/core/ssh/session";
import { publicKeyOf } from "@ghrunners/config/open-ssh-key";
import type { Settings } from "@ghrunners/config/parse";
import type { SecretSettings } from "@ghrunners/config/secrets";
import type { TargetSettings } from "@ghrunners/config/targets";
import { deployKeyMark } from "../drift/expectation";
import { runPulumi } from "../pulumi/run-program";
import type { Stack } from "../pulumi/stack";
import { journalFile, readJournal, removeJournal, writeJournal } from "./journal";
import { setSecret } from "./configuration";
import { describe, planKeyRotation, refusedNewKey, type KeyRotation, type KeyStep, type KeyProofKind } from "./plan";
import { proveByJob, requireProofWorkflow } from "./proof";
import { atTarget, type KeysAtTarget, type TargetInput } from "./target";

const publicKey = (privateKey: string): string => publicKeyOf(privateKey) ?? "";

/** The rotation of one deploy key: reads how far it is, and carries out the remaining steps. */
export class DeployKeyRotation {
  private readonly file: string;
  private readonly mark: string;

  constructor(
    private readonly stack: Stack,
    private readonly settings: Settings,
    private readonly secret: SecretSettings,
    private readonly proof: KeyProofKind,
  ) {
    this.file = journalFile(stack, secret.name);
    this.mark = deployKeyMark(stack.name, secret.name);
  }

  private target(name: string): TargetSettings {
    const target = this.settings.targets.find((entry) => entry.name === name);
    if (target === undefined) throw new Error(`There is no target ${name}.`);
    return target;
  }

  private at(
    name: string,
    verb: TargetInput["verb"],
    more: Record<string, string> = {},
    key?: string,
  ): Promise<KeysAtTarget> {
    const target = this.target(name);
    const { address: host, user, hostKey } = target;
    return atTarget({
      address: { host, user, hostKey },
      privateKey: key ?? this.settings.sshPrivateKey,
      verb,
      parameters: { ACCOUNT: user, MARK: this.mark, ...more },
    });
  }

  /** The keys of this secret that each target accepts. */
  private authorised(): Promise<({ name: string } & KeysAtTarget)[]> {
    return Promise.all(this.secret.source.targets.map(async (name) => ({ name, ...(await this.at(name, "show")) })));
  }

  /** @param value the private key; undefined if there is none yet */
  async opensEveryTarget(value: string | undefined): Promise<boolean> {
    if (value === undefined) return false;
    const key = publicKey(value);
    return (await this.authorised()).every(({ keys }) => keys.includes(key));
  }

  /**
   * @throws Error if a target cannot be reached, because a rotation without it would lock it out later; or if no job
   * could prove the new key
   */
  async look(): Promise<KeyRotation> {
    if (this.proof === "job") await requireProofWorkflow(this.settings, this.secret.name);
    const journal = readJournal(this.file);
    const targets = await this.authorised();
    return {
      next: journal && publicKey(journal.privateKey),
      published: journal?.published ?? false,
      proven: journal?.proven ?? false,
      targets,
    };
  }

  /** Carries out the remaining steps. Each step is recorded before the next begins. */
  async carryOn(say: (line: string) => void): Promise<KeyStep[]> {
    const done: KeyStep[] = [];
    for (const step of planKeyRotation(await this.look())) {
      say(describe(step, this.proof));
      await this.carryOut(step, say);
      done.push(step);
    }
    return done;
  }

  private async carryOut(step: KeyStep, say: (line: string) => void): Promise<void> {
    if (step.step === "generate")
      return writeJournal(this.file, {
        privateKey: makeKeyPair("ed25519").privateKey,
        published: false,
        proven: false,
      });
    const journal = readJournal(this.file);
    if (journal === undefined)
      throw new Error(`${this.file} does not exist any more. Next: run the same command again; it makes a new key`);
    const key = publicKey(journal.privateKey);
    switch (step.step) {
      case "authorise":
        say(`in ${(await this.at(step.target, "authorise", { LINE: `${key} ${this.mark}` })).file}`);
        return;
      case "try":
        for (const name of step.targets) await this.tryOn(name, journal.privateKey);
        return;
      case "publish":
        await this.publish(journal.privateKey);
        return writeJournal(this.file, { ...journal, published: true });
      case "prove":
        if (this.proof === "job") {
          const targets = step.targets.map((name) => this.target(name));
          say(await proveByJob(this.settings, { secret: this.secret.name, publicKey: key, targets }));
        } else {
          for (const name of step.targets) await this.at(name, "prove", {}, journal.privateKey);
        }
        return writeJournal(this.file, { ...journal, proven: true });
      case "retire":
        await this.at(step.target, "retire", { KEEP: key });
        return;
      case "finish":
        return removeJournal(this.file);
    }
  }

  /** @throws Error in words of this rotation: the key that was refused is not the one in the configuration */
  private async tryOn(name: string, privateKey: string): Promise<void> {
    try {
      await this.at(name, "prove", {}, privateKey);
    } catch (error) {
      if (error instanceof LoginRefusedError) throw new Error(refusedNewKey(this.target(name)));
      throw error;
    }
  }

  private async publish(privateKey: string): Promise<void> {
    await setSecret(this.stack, `ghrunners:secretValues.${this.secret.name}`, privateKey);
    await updateSecret(this.stack, this.secret.name);
  }
}

/**
 * Runs `pulumi up` on one secret, the resources its value comes from, and the components that list the names of their
 * secrets: a key has a secret only from its first rotation on, and the next `pulumi up` would show a change.
 * @throws Error if it fails
 */
export async function updateSecret(stack: Stack, name: string): Promise<void> {
  const urns = [`**::secrets-${name}`, `**-secret-${name}`, "**:DeploymentEnvironment::*", "**:RepositoryRules::*"];
  const targets = urns.flatMap((urn) => ["--target", urn]);
  if ((await runPulumi(stack, ["up", "--yes", "--skip-preview", "--suppress-outputs", ...targets])) !== 0) {
    throw new Error(
      "pulumi up failed; its output is above. Next: fix the cause, then run the same command: it resumes",
    );
  }
}
