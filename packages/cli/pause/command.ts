import type { Command } from "commander";
import { action, newCommand } from "../command";

export const command = (): Command =>
  newCommand("pause", {
    summary: "pauses deployments as a whole, with a note and an end",
    about:
      "Pauses the deployments of the stack's environment: the runner gate refuses with the note and the end, a deployment " +
      "that waits for its reviewer or its turn stops before it changes anything, and ghrunners deploy starts none. One that " +
      "is under way ends as usual. It ends by itself. A pause that is on gets the new note and end, but no earlier end.",
    examples: [
      "ghrunners pause --note 'database migration' --for 2h",
      "ghrunners pause --note 'end of the year' --until 2027-01-04T08:00:00Z",
    ],
    exitCodes: "0 paused, 1 refused or failed",
    json: "pause",
  })
    .requiredOption("--note <text>", "why; it is shown wherever the pause is")
    .option("--for <time>", "how long: 30m, 2h, 1d, at most 31d")
    .option("--until <time>", "until when, as 2027-01-04T08:00:00Z, at most 31 days from now")
    .action(action(() => (require("./run") as typeof import("./run")).pause));
