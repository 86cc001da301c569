/** US1: deployments as a team starts them, by GitHub, on the runner that the failover switch chose. */
import assert from "node:assert/strict";
import type { Records } from "@ghrunners/deploy/target/history";
import type { Followed } from "@ghrunners/cli/deploy/follow";
import { primary, secondary, type Rehearsal } from "../../driver/rehearsal";
import { RunningCommand } from "../../driver/started";
import { until } from "@ghrunners/core/until";
import { assertEnding, inWords, only, sendIncidents, timed } from "../actions";
import { LIMIT_MS, type Testbed } from "../testbed";
import type { Scenario } from "../scenario";

/** What the failover switch and the gate may need on a busy machine. */
const CHOICE_MS = 2 * LIMIT_MS;

/** Does the work with deployments that are ended whatever happens. */
async function withDeployments<Value>(
  work: (start: (version: string) => RunningCommand<Followed>) => Promise<Value>,
): Promise<Value> {
  const all: RunningCommand<Followed>[] = [];
  try {
    return await work((version) => {
      const started = new RunningCommand<Followed>(["ghrunners", "deploy", "--version", version, "--json"]);
      all.push(started);
      return started;
    });
  } finally {
    await Promise.all(all.map((each) => each.kill()));
  }
}

/** Waits until the failover switch has published this runner at GitHub. */
function chosen({ octokit, repository }: Rehearsal, name: string): Promise<true> {
  return until(`DEPLOY_RUNNER names ${name}`, CHOICE_MS, async () => {
    const { data } = await octokit.rest.actions.getRepoVariable({ ...repository, name: "DEPLOY_RUNNER" });
    if ((JSON.parse(data.value) as { name?: string | null }).name === name) return true as const;
    throw new Error(data.value.slice(0, 300));
  });
}

const onRunner = ({ deployment }: Records, name: string): void =>
  assert.ok(deployment.owner.endsWith(`@${name}`), `${deployment.owner} deployed, expected ${name}`);

async function onPrimary(testbed: Testbed): Promise<string> {
  await chosen(await testbed.everything(), primary.name);
  return withDeployments(async (start) => {
    const { code, all } = await start("2").end();
    assert.equal(code, 0, all);
    const records = only(await testbed.assertOldOrNew("2"));
    onRunner(records, primary.name);
    return `${inWords(records)}, by ${records.deployment.owner}`;
  });
}

async function failover(testbed: Testbed): Promise<string> {
  const rehearsal = await testbed.everything();
  await chosen(rehearsal, primary.name);
  return rehearsal.withFault(["stop", "primary"], async () => {
    const { seconds } = await timed(() => chosen(rehearsal, secondary.name));
    return withDeployments(async (start) => {
      const { code, all } = await start("2").end();
      assert.equal(code, 0, all);
      const records = only(await testbed.assertOldOrNew("2"));
      onRunner(records, secondary.name);
      return `chosen ${seconds.toFixed(1)} s after the power cut; ${inWords(records)}, by ${records.deployment.owner}`;
    });
  });
}

async function serialised(testbed: Testbed): Promise<string> {
  await chosen(await testbed.everything(), primary.name);
  return withDeployments(async (start) => {
    const first = start("2");
    await first.says("on runner", CHOICE_MS);
    const second = start("1");
    await Promise.all([first.end(), second.end()]);
    const records = await testbed.assertOldOrNew("1");
    const [one, two] = records.map(({ deployment }) => deployment);
    assert.ok(one !== undefined && two !== undefined && records.length === 2);
    assert.deepEqual([one.outcome, two.outcome], ["succeeded", "succeeded"]);
    assert.ok(Date.parse(one.endedAt) <= Date.parse(two.startedAt), `${one.endedAt}, ${two.startedAt}`);
    return records.map(inWords).join("; then ");
  });
}

async function interrupted(testbed: Testbed): Promise<string> {
  await chosen(await testbed.everything(), primary.name);
  return withDeployments(async (start) => {
    const started = start("3-slow");
    await started.says('step "start": ok', CHOICE_MS);
    started.interrupt();
    const { code, result } = await started.end();
    assert.deepEqual([code, result.run?.conclusion], [1, "cancelled"]);
    const records = only(await testbed.assertOldOrNew("1"));
    await assertEnding(testbed, records, "rolled_back");
    return inWords(records);
  });
}

async function runnerLost(testbed: Testbed): Promise<string> {
  const rehearsal = await testbed.everything();
  await chosen(rehearsal, primary.name);
  return withDeployments(async (start) => {
    const started = start("3-slow");
    await started.says('step "start": ok', CHOICE_MS);
    return rehearsal.withFault(["stop", "primary"], async () => {
      const { code, all, result } = await started.end();
      assert.deepEqual([code, result.lost], [1, primary.name], all);
      const records = only(await testbed.assertOldOrNew("1"));
      await assertEnding(testbed, records, "rolled_back", "lease_expired");
      return inWords(records);
    });
  });
}

/** GitHub is down when the incident has to be reported: it is kept on the target, and sent once when GitHub is back. */
async function githubDown(testbed: Testbed): Promise<string> {
  const rehearsal = await testbed.everything();
  await chosen(rehearsal, primary.name);
  return withDeployments(async (start) => {
    const started = start("3-half-broken");
    await started.says('step "start": ok', CHOICE_MS);
    const records = await rehearsal.withFault(["github-down"], async () => {
      await testbed.app.rests();
      const found = only(await testbed.assertOldOrNew("1"));
      // Beside what a runner that died could not tell.
      assert.equal(await testbed.grown("deployment_incidents_unsent"), 1);
      return found;
    });
    await assertEnding(testbed, records, "rolled_back", "smoke_test");
    await started.end();
    const sent = await sendIncidents();
    const { data } = await rehearsal.octokit.rest.issues.listForRepo({ ...rehearsal.repository, state: "all" });
    const told = data.filter(({ body }) => body?.includes(records.deployment.id) === true);
    assert.equal(told.length, 1, sent);
    return `${inWords(records)}; reported once, when GitHub was back: ${told[0]?.title}`;
  });
}

const scenario = (id: string, origin: Scenario["origin"], title: string, proves: string, run: Scenario["run"]) => ({
  id,
  origin,
  title,
  proves,
  need: "everything" as const,
  rehearsed: false,
  run,
});

export const throughGitHub: readonly Scenario[] = [
  scenario(
    "us1-primary",
    "US1",
    "the healthy primary deploys",
    "The failover switch chooses the primary, the gate follows, and the record names the runner.",
    onPrimary,
  ),
  scenario(
    "us1-failover",
    "US1",
    "the primary is off: the secondary deploys",
    "The failover switch chooses the secondary by itself, and the next deployment succeeds there.",
    failover,
  ),
  scenario(
    "us1-serialised",
    "US1",
    "two deployments at once run one after the other",
    "The second one waits at GitHub and starts after the first has ended.",
    serialised,
  ),
  scenario(
    "us1-interruption",
    "US1",
    "a run that is cancelled halfway leaves one complete version",
    "Ctrl-C cancels the run at GitHub, and the target rolls back.",
    interrupted,
  ),
  scenario(
    "chaos-runner-crash",
    "chaos",
    "power cut of the deploying runner during a deployment through GitHub",
    "The target rolls back by itself, and the command names the runner that was lost.",
    runnerLost,
  ),
  scenario(
    "chaos-github-down",
    "chaos",
    "GitHub is down when a deployment ends",
    "The incident stays on the target, is reported as unsent, and becomes exactly one issue later.",
    githubDown,
  ),
];
