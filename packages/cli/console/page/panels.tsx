/** Grafana's dashboards, drawn from the stack's Prometheus. */
import { useState } from "preact/hooks";
import type { DashboardUid } from "@ghrunners/monitoring/dashboard-uids";
import { valueText } from "../../dashboards/format";
import type { DashboardData, PanelData } from "../panels";
import type { ConsoleSnapshot } from "../snapshot";
import { newest, newestText, toneIn } from "../view/chart";
import { Chart, LINE_COLOURS } from "./chart";
import { useLive } from "./live";
import { Section, State } from "./parts";

const EVERY_MS = 15_000;

const dashboards = {
  "sre-overview": "SRE overview",
  "github-runner-health": "GitHub runner health",
  "deployment-pipeline": "Deployment pipeline",
} as const satisfies Readonly<Record<DashboardUid, string>>;

const ranges = {
  1800: "30 minutes",
  3600: "1 hour",
  21600: "6 hours",
  86400: "1 day",
  604800: "7 days",
} as const;

function Legend({ panel }: { readonly panel: PanelData }) {
  return (
    <ul class="legend">
      {panel.series.map((series, index) => (
        <li key={series.name}>
          {panel.kind === "timeseries" ? <i class={`s${index % LINE_COLOURS}`} /> : null}
          {series.name} <b>{newestText(panel, series)}</b>
        </li>
      ))}
    </ul>
  );
}

function Table({ panel }: { readonly panel: PanelData }) {
  const columns = panel.columns.filter((label) => panel.series.some(({ labels }) => labels[label] !== undefined));
  const hasValue = panel.series.some((series) => newest(series) !== 1);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={`Table of ${panel.title}`}>
      <table>
        <thead>
          <tr>
            {columns.map((label) => (
              <th key={label}>{label}</th>
            ))}
            {hasValue ? <th>{panel.unit === "timestamp" ? "when" : "value"}</th> : null}
          </tr>
        </thead>
        <tbody>
          {panel.series.map((series, index) => (
            <tr key={index}>
              {columns.map((label) => (
                <td key={label}>{series.labels[label] ?? ""}</td>
              ))}
              {hasValue ? <td>{valueText(newest(series), panel.unit)}</td> : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Bars({ panel }: { readonly panel: PanelData }) {
  const longest = Math.max(...panel.series.map(newest), 0) || 1;
  return (
    <ul class="bars">
      {panel.series.map((series) => {
        const value = newest(series);
        const width = `${Math.max(0, Math.min(1, value / longest)) * 100}%`;
        return (
          <li key={series.name}>
            <span>{series.name}</span>
            <span class="track" aria-hidden="true">
              <span class={`bar ${toneIn(panel, value)}`} style={{ left: 0, width }} />
            </span>
            <b>{valueText(value, panel.unit)}</b>
          </li>
        );
      })}
    </ul>
  );
}

function Body({ panel, data }: { readonly panel: PanelData; readonly data: DashboardData }) {
  const [first] = panel.series;
  if (first === undefined) return <p class="quiet">No data. It appears when {panel.event}.</p>;
  const label = `${panel.title}: chart over time; the newest values follow as text`;
  switch (panel.kind) {
    case "table":
      return <Table panel={panel} />;
    case "barGauge":
      return <Bars panel={panel} />;
    case "stat":
      return (
        <>
          <p class={`stat ${toneIn(panel, newest(first))}`}>{newestText(panel, first)}</p>
          {first.points.length > 1 ? <Chart kind="stat" label={label} panel={panel} data={data} /> : null}
        </>
      );
    case "timeseries":
    case "stateTimeline":
      return (
        <>
          <Chart kind={panel.kind} label={label} panel={panel} data={data} />
          <Legend panel={panel} />
        </>
      );
  }
}

function PanelCard({ panel, data }: { readonly panel: PanelData; readonly data: DashboardData }) {
  return (
    <li class="card panel" style={{ "--columns": String(panel.width) }}>
      <h4>{panel.title}</h4>
      <Body panel={panel} data={data} />
      <details class="about">
        <summary>What this shows</summary>
        <p>{panel.shows}</p>
        <p>
          <b>Normal:</b> {panel.normal}
        </p>
        <p>
          <b>Worry if:</b> {panel.worry}
        </p>
      </details>
    </li>
  );
}

function Choice<Key extends string>(props: {
  readonly label: string;
  readonly of: Readonly<Record<Key, string>>;
  readonly value: Key;
  readonly choose: (value: Key) => void;
}) {
  return (
    <label>
      {props.label}{" "}
      <select value={props.value} onChange={({ currentTarget }) => props.choose(currentTarget.value as Key)}>
        {Object.entries<string>(props.of).map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Every panel of a dashboard. */
export function DashboardRows({ data }: { readonly data: DashboardData }) {
  return (
    <>
      <p class="quiet">{data.description}</p>
      {data.rows.map((row) => (
        <section key={row.title} aria-label={row.title}>
          <h3>{row.title}</h3>
          <ul class="panels">
            {row.panels.map((panel) => (
              <PanelCard key={panel.title} panel={panel} data={data} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

function Panels({ uid, range }: { readonly uid: keyof typeof dashboards; readonly range: string }) {
  const { value, lost } = useLive<DashboardData>(`/api/panels?dashboard=${uid}&range=${range}`, EVERY_MS);
  return (
    <>
      {lost === undefined ? null : (
        <p>
          <State of={{ tone: "bad", text: `The panels cannot be read: ${lost}` }} />
        </p>
      )}
      {value === undefined ? (
        <p>{lost === undefined ? "The panels are being read." : ""}</p>
      ) : (
        <DashboardRows data={value} />
      )}
    </>
  );
}

export function Dashboards({ snapshot }: { readonly snapshot: ConsoleSnapshot }) {
  const [uid, setUid] = useState<keyof typeof dashboards>("sre-overview");
  const [range, setRange] = useState<`${keyof typeof ranges}`>("3600");
  const { state, problem } = snapshot.monitoring;
  return (
    <Section title="Dashboards">
      {state === "off" ? (
        <p>{problem}</p>
      ) : (
        <>
          <p class="choices">
            <Choice label="Dashboard" of={dashboards} value={uid} choose={setUid} />
            <Choice label="Last" of={ranges} value={range} choose={setRange} />
          </p>
          <Panels uid={uid} range={range} />
        </>
      )}
    </Section>
  );
}
