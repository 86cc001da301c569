/** Deployments as timelines of their steps, and alerts with their runbooks. */
import { useState } from "preact/hooks";
import type { ConsoleSnapshot } from "../snapshot";
import { alertsOf, timelinesOf, type StepBar, type OpenView, type DeploymentTimeline } from "../view/timeline";
import { Facts, Link, Section, State } from "./parts";

function Step({ bar }: { readonly bar: StepBar }) {
  const { name, state, from, width, took, detail, checks, failedChecks } = bar;
  const checked = checks === 0 ? "" : `, ${checks} check${checks === 1 ? "" : "s"}`;
  return (
    <li class="step">
      <span class="name">{name}</span>
      <span class="track" aria-hidden="true">
        <span class={`bar ${state.tone}`} style={{ left: `${from}%`, width: `${width}%` }} />
      </span>
      <span class="took">
        <State of={{ ...state, text: `${state.text} in ${took}${checked}` }} />
      </span>
      {detail === "" ? null : <p class="detail">{detail}</p>}
      {failedChecks.map((text) => (
        <p key={text} class="detail">
          {text}
        </p>
      ))}
    </li>
  );
}

function Deployment({ timeline, open }: { readonly timeline: DeploymentTimeline; readonly open: boolean }) {
  const { title, state, facts, bars } = timeline;
  const [isOpen, setOpen] = useState(open);
  return (
    <details open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <b>{title}</b> <State of={state} />
      </summary>
      {isOpen ? (
        <>
          <Facts of={facts} />
          <ol class="steps">
            {bars.map((bar, index) => (
              <Step key={index} bar={bar} />
            ))}
          </ol>
        </>
      ) : null}
    </details>
  );
}

function Running({ open: { title, state, ended, running } }: { readonly open: OpenView }) {
  return (
    <div class="card">
      <h3>
        Now: {title} <State of={state} />
      </h3>
      <ol class="changes">
        {ended.map((name, index) => (
          <li key={index}>{name}</li>
        ))}
        {running === null ? null : <li>{running}: runs</li>}
      </ol>
    </div>
  );
}

export function Deployments({ snapshot, at }: { readonly snapshot: ConsoleSnapshot; readonly at: Date }) {
  const targets = timelinesOf(snapshot, at);
  const { state, problem } = snapshot.deployments;
  return (
    <>
      {targets.length > 0 ? null : (
        <Section title="Deployments" part={snapshot.deployments} at={at}>
          <p>{state === "off" ? problem : "Nothing is known yet."}</p>
        </Section>
      )}
      {targets.map((target) => (
        <Section key={target.target} title={`Target ${target.target}`} part={snapshot.deployments} at={at}>
          {target.problem === null ? null : (
            <p>
              <State of={{ tone: "bad", text: target.problem }} />
            </p>
          )}
          {target.open === null ? null : <Running open={target.open} />}
          {target.timelines.length === 0 && target.problem === null ? (
            <p>No deployment is recorded. Next: ghrunners deploy --version VERSION</p>
          ) : null}
          {target.timelines.map((timeline, index) => (
            <Deployment key={timeline.id} timeline={timeline} open={index === 0} />
          ))}
        </Section>
      ))}
    </>
  );
}

export function Alerts({ snapshot, at }: { readonly snapshot: ConsoleSnapshot; readonly at: Date }) {
  const { monitoring } = snapshot;
  const alerts = alertsOf(snapshot, at);
  const { data } = monitoring;
  const nothing =
    data === null
      ? (monitoring.problem ?? "Nothing is known yet.")
      : `None fires: ${data.rules.rules} rules are watching.`;
  return (
    <Section title="Alerts" part={monitoring} at={at}>
      {data === null || data.watchdog ? null : (
        <p>
          <State of={{ tone: "bad", text: "The Watchdog does not fire: no one would be notified." }} />{" "}
          <Link to={`${snapshot.topology.runbooks}/monitoring-blind.md#watchdog`}>Runbook</Link>
        </p>
      )}
      {alerts.length === 0 ? (
        <p>{nothing}</p>
      ) : (
        <ul class="cards">
          {alerts.map(({ name, state, who, since, summary, runbook }) => (
            <li class="card alert" key={`${name} ${who}`}>
              <h3>
                {name} <span class="quiet">{who}</span>
              </h3>
              <p>
                <State of={state} /> <span class="quiet">for {since}</span>
              </p>
              <p>{summary}</p>
              {runbook === undefined ? null : (
                <p>
                  <Link to={runbook}>Runbook of {name}</Link>
                </p>
              )}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
