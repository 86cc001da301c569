/** The first view: every part of the stack, as each side sees it, and which runner deploys next. */
import type { ConsoleSnapshot } from "../snapshot";
import {
  environmentPlace,
  lastJobOf,
  monitoringPlace,
  nextDeployment,
  nextRunner,
  nodesOf,
  targetPlaces,
  type PlaceView,
  type RunnerCardView,
} from "../view/overview";
import { Facts, Link, Section, State } from "./parts";

function RunnerCard({ runner }: { readonly runner: RunnerCardView }) {
  const views = [
    ["machine (Proxmox VE)", runner.machine],
    ["runner (GitHub)", runner.github],
    ["host (its exporters)", runner.host],
    ["for deployments", runner.grade],
  ] as const;
  return (
    <li class={runner.next ? "card runner next" : "card runner"}>
      <h4>
        {runner.name} <span class="quiet">{runner.role}</span>
        {runner.next ? <span class="badge">deploys next</span> : null}
      </h4>
      <p class="quiet">
        VM {runner.vmId}, {runner.address}
      </p>
      <dl class="views">
        {views.map(([label, state]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              <State of={state} />
            </dd>
          </div>
        ))}
      </dl>
      {runner.reasons.length === 0 ? null : (
        <ul class="reasons">
          {runner.reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
    </li>
  );
}

function Place({ place: { name, about, state } }: { readonly place: PlaceView }) {
  return (
    <li class="card">
      <h4>{name}</h4>
      {about === "" ? null : <p class="quiet">{about}</p>}
      <p>
        <State of={state} />
      </p>
    </li>
  );
}

function Topology({ snapshot, at }: { readonly snapshot: ConsoleSnapshot; readonly at: Date }) {
  const next = nextRunner(snapshot);
  return (
    <div class="topology">
      <div class="group">
        <h3>GitHub</h3>
        <ul class="cards">
          <li class="card">
            <h4>
              <Link to={snapshot.topology.github}>{snapshot.repository}</Link>
            </h4>
            <p class="quiet">gives jobs to the runners</p>
          </li>
          <Place place={environmentPlace(snapshot)} />
        </ul>
      </div>
      <p class="arrow" aria-hidden="true">
        ↓ jobs
      </p>
      {nodesOf(snapshot).map(({ node, runners }) => (
        <div class="group" key={node}>
          <h3>Proxmox VE node {node}</h3>
          <ul class="cards">
            {runners.map((runner) => (
              <RunnerCard key={runner.name} runner={runner} />
            ))}
          </ul>
        </div>
      ))}
      {snapshot.topology.targets.length === 0 ? null : (
        <>
          <p class="arrow" aria-hidden="true">
            ↓ {next ?? "no runner"} deploys
          </p>
          <div class="group">
            <h3>Deployment targets</h3>
            <ul class="cards">
              {targetPlaces(snapshot, at).map((place) => (
                <Place key={place.name} place={place} />
              ))}
            </ul>
          </div>
        </>
      )}
      <div class="group aside">
        <h3>Monitoring host</h3>
        <ul class="cards">
          <Place place={monitoringPlace(snapshot)} />
        </ul>
      </div>
    </div>
  );
}

function Next({ snapshot }: { readonly snapshot: ConsoleSnapshot }) {
  const { headline, why, facts, next, changes } = nextDeployment(snapshot);
  return (
    <>
      <p class="headline" id="next-deployment-choice">
        <State of={headline} />
      </p>
      {why.map((reason) => (
        <p key={reason}>{reason}</p>
      ))}
      {next === null ? null : (
        <p>
          Next: <Link to={next.link}>{next.text}</Link>
        </p>
      )}
      <Facts of={facts} />
      {changes.length === 0 ? null : (
        <>
          <h3>Last changes</h3>
          <ol class="changes">
            {changes.map(({ at, runner, why: cause }) => (
              <li key={at}>
                <time>{at}</time> <b>{runner}</b> <span class="quiet">{cause}</span>
              </li>
            ))}
          </ol>
        </>
      )}
    </>
  );
}

export function Overview({ snapshot, at }: { readonly snapshot: ConsoleSnapshot; readonly at: Date }) {
  const { job, why } = lastJobOf(snapshot);
  return (
    <>
      <Section title="Next deployment" part={snapshot.gate} at={at}>
        <Next snapshot={snapshot} />
      </Section>
      <Section title="What stands where" part={snapshot.status} at={at}>
        <Topology snapshot={snapshot} at={at} />
      </Section>
      <Section title="Last job">
        {job === null ? (
          <p>{why}</p>
        ) : (
          <p>
            <Link to={job.url}>
              {job.workflow} / {job.job}
            </Link>{" "}
            on {job.runner}: {job.conclusion ?? job.status}
            {job.seconds === null ? "" : ` in ${job.seconds} s`}
          </p>
        )}
      </Section>
    </>
  );
}
