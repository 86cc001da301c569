import { type Command, Option } from "commander";
import { action, newCommand } from "../command";

export const command = (): Command =>
  newCommand("rotate", {
    summary: "gives a secret a new value; a working key exists at any time",
    about:
      "Replaces the value of a secret. ssh-key: the new key is authorised on the targets and logs in, GitHub's secret is written, the " +
      "new key is proved, the old one is removed. random: its generation is raised, which makes another value, and GitHub's secret is " +
      "written. After an interruption the same command resumes; the key that GitHub holds works on every target all the " +
      "time. No value is ever shown.",
    examples: ["ghrunners rotate DEPLOY_KEY --dry-run", "ghrunners rotate DEPLOY_KEY --apply"],
    exitCodes: "0 done, 1 failed",
    json: "rotate",
  })
    .argument("<name>", "name of the secret")
    .option("--dry-run", "change nothing, and show what is left to do")
    .option("--apply", "do it")
    .addOption(
      new Option(
        "--proof <how>",
        "job: a job on a runner of the environment logs in with the secret's key (workflow deploy-key-proof.yml on the " +
          "default branch; the environment's reviewers approve it); ssh: this machine logs in",
      )
        .choices(["job", "ssh"])
        .default("job"),
    )
    .action(action(() => (require("./run") as typeof import("./run")).rotate));
