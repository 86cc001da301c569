import type { Command } from "commander";
import { action, newCommand } from "../command";

export const command = (): Command =>
  newCommand("upkeep", {
    summary: "newer versions of what the stack's file pins, as a pull request with --propose",
    about:
      "Looks up whether GitHub has a newer runner version than the stack's file names, and the image's publisher a newer build, " +
      "and says until when each is due. Changes nothing. With --propose it opens a pull request that raises them in the file on " +
      "the default branch, on a branch of its own with one commit, or updates the one that is open. Production is not " +
      "proposed: it takes what staging has proved. The token needs Contents and Pull requests: write.",
    examples: [
      "ghrunners upkeep --stack staging",
      "ghrunners upkeep --stack staging --propose --token-file own-token",
      "ghrunners upkeep --stack staging --json",
    ],
    exitCodes:
      "0 nothing is newer, or the pull request is open; 1 something is newer and not proposed, could not be read, or refused",
    json: "upkeep",
  })
    .option("--propose", "open or update the pull request")
    .option("--repository <owner/name>", "repository with the stack's file; default: the one that delivers the stack")
    .option("--token-file <file>", "file with a token of yours; default: the stack's githubToken")
    .action(action(() => (require("./run") as typeof import("./run")).upkeep));
