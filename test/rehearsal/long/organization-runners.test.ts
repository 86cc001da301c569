import assert from "node:assert/strict";
import type { DoctorReport } from "@ghrunners/cli/doctor/render";
import { primary, Rehearsal, secondary } from "@ghrunners/lab/driver/rehearsal";
import { undoneAfter } from "../../support/undone-after";

const GROUP = "demo-app-runners";
const inGroup = { "github.runnerGroup": GROUP };
const names = [primary.name, secondary.name].sort();

describe("runners of the organization", () => {
  let rehearsal: Rehearsal;
  const undo = undoneAfter();
  before(async () => {
    rehearsal = await Rehearsal.ready();
    undo(async () => {
      await setting("rm");
      const run = await rehearsal.up();
      assert.equal(run.code, 0, run.output);
    });
  });

  /** For commands too: a setting of {@link Rehearsal.up} holds for that run only. */
  async function setting(verb: "set" | "rm"): Promise<void> {
    const value = verb === "set" ? [GROUP] : [];
    const done = await rehearsal.run(["pulumi", "config", verb, "--path", "ghrunners:github.runnerGroup", ...value]);
    assert.equal(done.code, 0, done.all);
  }

  const org = () => rehearsal.repository.owner;
  const ofRepository = async (): Promise<string[]> => {
    const { data } = await rehearsal.octokit.rest.actions.listSelfHostedRunnersForRepo(rehearsal.repository);
    return data.runners.map(({ name }) => name).sort();
  };
  const ofOrganization = async (): Promise<string[]> => {
    const { data } = await rehearsal.octokit.rest.actions.listSelfHostedRunnersForOrg({ org: org() });
    return data.runners.filter(({ status }) => status === "online").map(({ name }) => name);
  };
  const groups = async () => {
    const { data } = await rehearsal.octokit.request("GET /orgs/{org}/actions/runner-groups", { org: org() });
    return data.runner_groups;
  };
  const doctorsWord = async () => {
    const { checks } = await rehearsal.json<DoctorReport>("ghrunners", "doctor");
    return checks.find(({ id }) => id === "github-runner-group");
  };
  const group = async () => (await groups()).find(({ name }) => name === GROUP);

  it("a group that others may use is refused before anything changes", async () => {
    const call = "/orgs/{org}/actions/runner-groups" as const;
    const { data: open } = await rehearsal.octokit.request(`POST ${call}`, {
      org: org(),
      name: GROUP,
      visibility: "all",
    });
    try {
      const refused = await rehearsal.up(inGroup);
      assert.notEqual(refused.code, 0, refused.output);
      assert.match(
        refused.output,
        /demo-app-runners exists already and is open to all repositories of the organization/,
      );
    } finally {
      const made = { org: org(), runner_group_id: open.id };
      await rehearsal.octokit.request(`DELETE ${call}/{runner_group_id}`, made);
    }
    assert.deepEqual(await ofRepository(), names);
  });

  it("one up moves them from the repository to a group of its own, and a job proves it", async () => {
    await setting("set");
    const mark = await rehearsal.mark("github");
    const run = await rehearsal.up();
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(await ofRepository(), []);
    assert.deepEqual((await ofOrganization()).sort(), names);
    const { visibility, allows_public_repositories: allowsPublic } = (await group())!;
    assert.deepEqual([visibility, allowsPublic], ["selected", false]);
    const kinds = (await rehearsal.events("github", mark)).map(({ kind }) => kind);
    assert.ok(kinds.includes("job.completed"), "the health gate ran a job on a runner of the organization");
  });

  it("status, doctor and drift see them there, and a second up changes nothing", async () => {
    const again = await rehearsal.up({}, "--refresh", "--expect-no-changes");
    assert.equal(again.code, 0, again.output);
    const { runners } = await rehearsal.status();
    assert.deepEqual(
      runners.map(({ status }) => status),
      ["online", "online"],
    );
    assert.equal((await doctorsWord())?.state, "ok");
    const drift = await rehearsal.json<{ findings: unknown[] }>("ghrunners", "drift");
    assert.deepEqual(drift.findings, []);
  });

  it("a group that somebody opened is closed again by a refresh, and its runners return to it", async () => {
    const { id } = (await group())!;
    const call = "/orgs/{org}/actions/runner-groups/{runner_group_id}" as const;
    const made = { org: org(), runner_group_id: id };
    await rehearsal.octokit.request(`PATCH ${call}`, { ...made, name: GROUP, visibility: "all" });
    const told = await doctorsWord();
    assert.deepEqual(
      [told?.state, told?.seen],
      ["problem", `${GROUP} is open to all repositories of the organization`],
    );
    assert.match(told?.next ?? "", /^pulumi up .*--refresh$/);
    const closed = await rehearsal.up({}, "--refresh");
    assert.equal(closed.code, 0, closed.output);
    assert.equal((await group())?.visibility, "selected");
    // GitHub gives the runners of a deleted group to the default one, which every repository may use.
    await rehearsal.octokit.request(`DELETE ${call}`, made);
    const moved = await rehearsal.up({}, "--refresh");
    assert.equal(moved.code, 0, moved.output);
    const now = (await group())!;
    const { data } = await rehearsal.octokit.request(`GET ${call}/runners`, { ...made, runner_group_id: now.id });
    assert.deepEqual(data.runners.map(({ name }) => name).sort(), names);
  });

  it("without the setting they return to the repository, and the group is gone", async () => {
    await setting("rm");
    const back = await rehearsal.up();
    assert.equal(back.code, 0, back.output);
    assert.deepEqual(await ofRepository(), names);
    assert.deepEqual(
      (await groups()).map(({ name }) => name),
      ["Default"],
    );
  });
});
