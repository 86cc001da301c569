/** The console's page: the header with its views, and the view that is chosen. */
import { render, type ComponentChildren } from "preact";
import type { ConsoleSnapshot } from "../snapshot";
import { verdict } from "../view/overview";
import { moment } from "../view/texts";
import { alertsOf } from "../view/timeline";
import { useAddressed } from "./address";
import { Alerts, Deployments } from "./deployments";
import { useLive } from "./live";
import { Overview } from "./overview";
import { Dashboards } from "./panels";
import { Linked, State } from "./parts";
import { ThemeSwitch } from "./theme";
import "./style.css";

const EVERY_MS = 2_000;

const views = { overview: "Overview", deployments: "Deployments", alerts: "Alerts", dashboards: "Dashboards" } as const;
type ViewName = keyof typeof views;

const viewNames: readonly [ViewName, ...ViewName[]] = ["overview", "deployments", "alerts", "dashboards"];

function Navigation({ view, firing }: { readonly view: ViewName; readonly firing: number }) {
  return (
    <nav aria-label="Views">
      {viewNames.map((name) => (
        <a key={name} href={`#${name}`} aria-current={name === view ? "page" : undefined}>
          {views[name]}
          {name === "alerts" && firing > 0 ? <span class="count">{firing}</span> : null}
        </a>
      ))}
    </nav>
  );
}

function Problems({ snapshot }: { readonly snapshot: ConsoleSnapshot }) {
  const { problems } = verdict(snapshot);
  if (problems.length === 0) return null;
  return (
    <section class="problems" aria-label="Problems">
      <ul>
        {problems.map((problem) => (
          <li key={problem}>
            <Linked text={problem} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function View({ view, snapshot, at }: { view: ViewName; snapshot: ConsoleSnapshot; at: Date }) {
  switch (view) {
    case "overview":
      return <Overview snapshot={snapshot} at={at} />;
    case "deployments":
      return <Deployments snapshot={snapshot} at={at} />;
    case "alerts":
      return <Alerts snapshot={snapshot} at={at} />;
    case "dashboards":
      return <Dashboards snapshot={snapshot} />;
  }
}

function Page({ beside }: { readonly beside?: ComponentChildren }) {
  const view = useAddressed(viewNames);
  const { value: snapshot, lost } = useLive<ConsoleSnapshot>("/api/snapshot", EVERY_MS);
  const at = snapshot === undefined ? new Date() : new Date(snapshot.at);
  const firing =
    snapshot === undefined ? 0 : alertsOf(snapshot, at).filter(({ state }) => state.text.startsWith("firing")).length;
  return (
    <>
      <a
        class="skip"
        href="#content"
        onClick={(event) => {
          // The address names the view.
          event.preventDefault();
          document.getElementById("content")?.focus();
        }}
      >
        Skip to the content
      </a>
      <header>
        <h1>{snapshot === undefined ? "Console" : `${snapshot.repository}, stack ${snapshot.stack}`}</h1>
        <p role="status" class="verdict">
          {lost !== undefined ? (
            <State of={{ tone: "bad", text: "Connection lost" }} />
          ) : (
            <State of={snapshot === undefined ? { tone: "unknown", text: "Being read" } : verdict(snapshot).headline} />
          )}
        </p>
        <Navigation view={view} firing={firing} />
        <ThemeSwitch />
      </header>
      {lost === undefined ? null : (
        <p class="lost" role="alert">
          The console does not answer: {lost}.{" "}
          {snapshot === undefined ? "" : `What is shown was true at ${moment(snapshot.at)}. `}
          Expected: ghrunners console still runs in its terminal. This page tries again by itself.
        </p>
      )}
      <main id="content" tabIndex={-1} class={lost === undefined ? "" : "old"}>
        {snapshot === undefined ? (
          <p>{lost === undefined ? "The stack is being read." : "Nothing was read yet."}</p>
        ) : (
          <>
            <Problems snapshot={snapshot} />
            <View view={view} snapshot={snapshot} at={at} />
          </>
        )}
      </main>
      {beside}
    </>
  );
}

/**
 * Draws the page.
 * @param beside shown after every view; default: nothing
 */
export function showPage(beside?: ComponentChildren): void {
  const place = document.getElementById("page");
  if (place !== null) render(<Page beside={beside} />, place);
}
