import { type Command, Option } from "commander";
import { action, newCommand } from "../command";

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

export const command = (): Command =>
  newCommand("init", {
    summary: "makes a stack: checks each answer, writes the configuration",
    about:
      "Makes a stack, or completes one. On a terminal it asks for what is missing. Checks the answers against Proxmox VE, GitHub " +
      "and the monitoring host, writes Pulumi.STACK.yaml, gives the " +
      "secrets to Pulumi on its standard input and creates the stack in Pulumi's backend. Nothing is written where an answer is " +
      "missing or wrong. It can be run again: values that the stack has stay, and are the proposals. At its end it opens a pull request with " +
      "the workflows that the repository lacks, if it gets a token for that. With --register, or where the answer is Apps, the stack is " +
      "made first, empty, because the keys of its Apps need a place; a run that is broken off after that is carried on by the next one. " +
      "An answer may also stand in the environment: GHRUNNERS_INIT_PROXMOX_NODE=pve1, or for a secret the name of its file, " +
      "GHRUNNERS_INIT_GITHUB_TOKEN_FILE=FILE. Options go before the environment, and that before --from.",
    examples: [
      "ghrunners init --stack team",
      "ghrunners init --stack team --from answers.yaml --passphrase-file ~/.config/ghrunners/team.passphrase",
      "ghrunners init --stack team --set proxmox.templateId=9000 --secret-file githubToken=github-token",
      "ghrunners init --stack team --from answers.yaml --register",
      "ghrunners init --stack team --check",
    ],
    exitCodes: "0 ready for pulumi preview, 1 refused, or something is to be prepared elsewhere",
    json: "init",
  })
    .option("--from <file>", "YAML with settings as in the stack's file, and secretFiles with a file for each secret")
    .addOption(new Option("--set <path=value>", "one setting; can be repeated").argParser(collect).default([], "none"))
    .addOption(
      new Option("--secret-file <name=file>", "a file with one secret; can be repeated")
        .argParser(collect)
        .default([], "none"),
    )
    .option("--passphrase-file <file>", "file with the passphrase of a new stack; made if it is not there")
    .option("--secrets-provider <url>", "key service for the secrets of a new stack, such as awskms://...")
    .option(
      "--workflows-token-file <file>",
      "file with a token that opens the pull request with the workflows; default: workflowsTokenFile of --from, or none",
    )
    .option("--register", "register GitHub Apps for missing credentials, by a page in a browser on this machine")
    .option("--open", "open that page in the default browser")
    .option("--check", "only look, write nothing")
    .option("--no-input", "ask nothing, also on a terminal")
    .action(action(() => (require("./run") as typeof import("./run")).init));
