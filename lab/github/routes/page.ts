import { plainRoute, type GitHubRoute } from "../http/message";
import type { Services } from "../services";
import { fullName } from "../views/repository";

export const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);

const table = (headings: readonly string[], rows: readonly (readonly string[])[]): string =>
  rows.length === 0
    ? "<p>None yet.</p>"
    : `<table><tr>${headings.map((text) => `<th>${escape(text)}</th>`).join("")}</tr>${rows
        .map((row) => `<tr>${row.map((text) => `<td>${escape(text)}</td>`).join("")}</tr>`)
        .join("")}</table>`;

const style = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ccc}
@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}th,td{border-color:#444}}`;

/** A page for the browser: runners and the newest runs. No values of secrets or variables. */
export function pageRoutes({ seed, store, presence }: Services): GitHubRoute[] {
  const runners = (): string =>
    table(
      ["Runner", "Status", "Version", "Labels"],
      store.state.runners.map((runner) => [
        runner.name,
        `${presence.statusOf(runner)}${presence.isBusy(runner) ? ", busy" : ""}`,
        runner.version ?? "",
        runner.labels.map(({ name }) => name).join(", "),
      ]),
    );
  const runs = (): string =>
    table(
      ["Run", "Workflow", "Status", "Runner", "Started"],
      store.state.actions.runs
        .slice(-20)
        .reverse()
        .map((run) => [
          `#${run.number}`,
          run.displayTitle,
          run.conclusion ?? run.status,
          [
            ...new Set(
              store.state.actions.jobs
                .filter(({ runId }) => runId === run.id)
                .map(({ runnerName }) => runnerName ?? ""),
            ),
          ]
            .filter((name) => name !== "")
            .join(", "),
          run.createdAt,
        ]),
    );
  return [
    plainRoute("GET", "/", "public", () => ({
      status: 200,
      headers: { "content-type": "text/html; charset=utf-8" },
      body: `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(fullName(seed))} in the lab</title><style>${style}</style>
<h1>${escape(fullName(seed))}</h1><p>The lab's GitHub emulator. It is not GitHub; its REST API is under <code>/api/v3</code>.</p>
<h2>Runners</h2>${runners()}<h2>Workflow runs</h2>${runs()}</html>`,
    })),
  ];
}
