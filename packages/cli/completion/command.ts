import { Argument, type Command } from "commander";
import { action, newCommand } from "../command";
import { shells } from "./scripts";

export const command = (): Command =>
  newCommand("completion", {
    summary: "prints a script that completes ghrunners' commands in a shell",
    about:
      "Prints a script for a shell, which then completes commands, options, their values and names of stacks by Tab.",
    examples: [
      "source <(ghrunners completion bash)     in ~/.bashrc",
      "source <(ghrunners completion zsh)      in ~/.zshrc, after compinit",
      "ghrunners completion fish | source      in ~/.config/fish/config.fish",
    ],
    exitCodes: "0 done",
  })
    .addArgument(new Argument("<shell>", "the shell").choices(shells))
    .action(action(() => (require("./run") as typeof import("./run")).completion));
