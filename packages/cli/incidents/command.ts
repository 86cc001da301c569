import type { Command } from "commander";
import { action, printJson, stackCommand, stackOf } from "../command";
import { settingsOf } from "../settings";
import { exitCodeOf, renderIncidents } from "./render";
import { incidentsOfTargets } from "./targets";

interface Options {
  readonly stack?: string;
  readonly send?: boolean;
  readonly json?: boolean;
}

export const command = (): Command =>
  stackCommand("incidents", {
    summary: "what went wrong with deployments, and the issue of each",
    about:
      "The incidents that deployments left on the stack's targets, and the issue of each. --send opens an issue for each one " +
      "that has none: once, whoever sends, however often. The token needs Issues write.",
    examples: ["ghrunners incidents", "ghrunners incidents --send"],
    exitCodes: "0 all of them have an issue, 1 one has none or a target cannot be asked",
  })
    .option("--send", "open the issues that are missing")
    .option("--json", "print JSON")
    .action(
      action(async (options: Options) => {
        const { targets, sshPrivateKey, github, githubToken, monitoring } = await settingsOf(await stackOf(options));
        if (targets.length === 0) throw new Error("No deployment target is configured. Expected ghrunners:targets.");
        const found = await incidentsOfTargets({
          targets,
          privateKey: sshPrivateKey,
          send: options.send ?? false,
          repository: { url: github.url, fullName: github.repository },
          token: githubToken,
          runbooks: monitoring?.runbookBaseUrl ?? `${github.url}/${github.repository}/blob/HEAD/docs/runbooks`,
        });
        if (options.json) printJson(found);
        else process.stdout.write(renderIncidents(found));
        return exitCodeOf(found);
      }),
    );
