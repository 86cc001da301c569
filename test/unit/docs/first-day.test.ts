import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { projectRoot } from "@ghrunners/core/project-root";
import { answersOf, deploymentAnswers } from "@ghrunners/lab/first-day/answers";
import { firstDayTable } from "@ghrunners/lab/first-day/run";
import { firstDaySteps } from "@ghrunners/lab/first-day/steps";

const page = readFileSync(path.join(projectRoot, "docs/tutorial/first-day.md"), "utf8");
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(([, body = ""]) => body);

describe("the page of the first day", () => {
  it("has each step that npm run lab -- first-day performs, with its commands, in their order", () => {
    const told = [...page.matchAll(/^## (.+)\n([\s\S]*?)(?=^## |$(?![\s\S]))/gm)].map(([, title = "", body = ""]) => ({
      title,
      commands: [...body.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, lines = ""]) => lines.trim().split("\n")),
    }));
    const steps = told.filter(({ title }) => firstDaySteps.some((step) => step.title === title));
    assert.deepEqual(
      steps,
      firstDaySteps.map(({ title, commands }) => ({ title, commands })),
    );
  });

  it("shows the answers that it gives", () => {
    const place = {
      mode: "machines",
      proxmoxEndpoint: "https://198.51.100.1:8006/",
      githubUrl: "https://198.51.100.2",
    } as const;
    assert.deepEqual(
      blocks("yaml").map((text) => parse(text) as unknown),
      [answersOf("person", place), deploymentAnswers("person")],
    );
  });

  it("shows a record of every step, as the command prints it", () => {
    const table = firstDayTable({ steps: firstDaySteps.map((step) => ({ ...step, seconds: 0 })), answers: 0 });
    const withoutFigures = (text: string): string[] =>
      text
        .split("\n")
        .map((line) => line.replace(/\| \d+ (?=\|)/g, "| n ").replace(/\d+ values/, "n values"))
        .map((line) => line.replace(/ +/g, " "));
    const shown = withoutFigures(page).filter((line) => line.startsWith("| "));
    for (const line of withoutFigures(table).filter((each) => each.startsWith("| ")))
      assert.ok(shown.includes(line), line);
  });
});
