import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { adminRequest } from "@ghrunners/lab/admin";
import { socketOf } from "@ghrunners/lab/service";
import { topology } from "@ghrunners/lab/topology";
import type { PermissionReport } from "@ghrunners/lab/github/permission-use";
import type { PrivilegeReport } from "@ghrunners/lab/proxmox/access";
import type { Rehearsal } from "@ghrunners/lab/driver/rehearsal";
import type { EngineRun, StackSettings } from "@ghrunners/lab/driver/engine-run";
import { first, modest, nothing, second, yaml } from "../../unit/program/repository-settings";
import { environmentName, repositoryView } from "../../unit/program/repository-view";
import { SecretScanner } from "../../rehearsal/support/secret-scan";
import { type ApiOnlyLab, apiOnlyLab } from "../cli/support/api-only-lab";
import { RunsWithSecrets } from "./support/runs-with-secrets";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Every resource of GitHub's side, on the real engine and the real provider. The lab has no machines here. */
describe("the repository side", () => {
  const values = {
    API_TOKEN: `api-${randomBytes(16).toString("hex")}`,
    REPORT_TOKEN: `report-${randomBytes(16).toString("hex")}`,
  };
  let lab: ApiOnlyLab;
  let rehearsal: Rehearsal;
  let runs: RunsWithSecrets;

  before(async () => {
    lab = await apiOnlyLab("repo");
    rehearsal = lab.rehearsal;
    runs = new RunsWithSecrets(rehearsal);
    await runs.seal(values);
  });

  after(() => lab.close());

  const pulumi = (args: readonly string[], settings: StackSettings): Promise<EngineRun> => runs.pulumi(args, settings);
  const up = (settings: StackSettings, ...args: string[]): Promise<EngineRun> => runs.up(settings, ...args);
  const expectNoChanges = (settings: StackSettings): Promise<EngineRun> => up(settings, "--expect-no-changes");
  const view = repositoryView(() => rehearsal);
  const { rest, here, fingerprints, policies, environmentVariables, ruleset, forkPolicy, assertFirst } = view;

  describe("is refused before anything changes", () => {
    const refused = async (words: readonly RegExp[]): Promise<void> => {
      const run = await pulumi(["preview"], first);
      assert.notEqual(run.code, 0, run.output);
      for (const pattern of words) assert.match(run.output, pattern);
    };

    it("where the plan has no protection", () =>
      rehearsal.withFault(["github-plan", "plan=free"], () =>
        refused([
          /ghrunners:deployment\.reviewers: the repository is private, of an organization with the plan free.*Next: change the plan, or/,
          /ghrunners:deployment: .*has no environments.*Next: change the plan/,
          /ghrunners:repository\.manage: .*has no rulesets/,
        ]),
      ));

    it("where the token lacks a permission, each by name", async () => {
      const without = (permission: string, work: () => Promise<void>): Promise<void> =>
        rehearsal.withFault(["github-permission-removed", `permission=${permission}`], work);
      await without("environments", () =>
        without("secrets", () =>
          without("variables", () =>
            refused([
              /list the secrets of the environment.*: 403.*Expected a token with environments=read/,
              /list the secrets \(.*: 403.*Expected a token with secrets=read/,
              /list the variables.*: 403.*Expected a token with variables=read/,
            ]),
          ),
        ),
      );
    });
  });

  describe("from nothing", () => {
    before(() => up(first));

    it("is what the configuration says", () => assertFirst());

    it("has its secrets with their values at GitHub, which opens the sealed boxes", async () => {
      const ofEnvironment = await fingerprints(environmentName);
      assert.deepEqual(Object.keys(ofEnvironment).sort(), ["API_TOKEN", "SESSION_KEY"]);
      assert.equal(ofEnvironment.API_TOKEN, sha256(values.API_TOKEN));
      assert.deepEqual(await fingerprints(), { REPORT_TOKEN: sha256(values.REPORT_TOKEN) });
    });

    it("is on the status screen", async () => {
      const { deployment } = await rehearsal.status();
      assert.equal(deployment?.name, environmentName);
      assert.deepEqual(deployment.protection?.reviewers, [topology.github.reviewer.login]);
    });

    it("changes nothing at the second run", async () => {
      const since = await rehearsal.mark("github");
      await expectNoChanges(first);
      assert.deepEqual(await rehearsal.events("github", since), []);
    });

    it("comes back after a change by hand", async () => {
      const rules = await ruleset();
      assert.ok(rules);
      await rest().actions.setGithubActionsDefaultWorkflowPermissionsRepository({
        ...rehearsal.repository,
        default_workflow_permissions: "write",
      });
      await rest().repos.updateRepoRuleset({ ...rehearsal.repository, ruleset_id: rules.id, enforcement: "disabled" });
      await rest().actions.deleteEnvironmentVariable({ ...here(), name: "DEPLOY_URL" });
      await up(first, "--refresh");
      await assertFirst();
    });

    it("approves pull requests of forks from the day the repository is public", () =>
      rehearsal.withFault(["github-repository-public"], async () => {
        assert.equal(await forkPolicy(), "first_time_contributors");
        await up(first, "--refresh");
        assert.equal(await forkPolicy(), "all_external_contributors");
      }));
  });

  describe("changed", () => {
    let before: Record<string, string>;

    it("is what the configuration says now", async () => {
      before = await fingerprints(environmentName);
      values.API_TOKEN = `api-${randomBytes(16).toString("hex")}`;
      await runs.seal(values);
      await up(second);
      const { data: environment } = await rest().repos.getEnvironment(here());
      const rules = environment.protection_rules as { type: string; wait_timer?: number; reviewers?: unknown[] }[];
      assert.equal(rules.find(({ type }) => type === "wait_timer")?.wait_timer, 5);
      assert.equal(rules.find(({ type }) => type === "required_reviewers")?.reviewers?.length, 2);
      assert.equal((environment as { can_admins_bypass?: boolean }).can_admins_bypass, true);
      assert.deepEqual(await policies(), ["branch release/*"]);
      assert.deepEqual(await environmentVariables(), { DEPLOY_URL: "https://two.example/", EXTRA: "yes" });
      const pull = (await ruleset())?.rules.pull_request as Record<string, unknown>;
      assert.deepEqual([pull.required_approving_review_count, pull.require_code_owner_review], [2, false]);
      const { data: allowed } = await rest().actions.getAllowedActionsRepository(rehearsal.repository);
      assert.deepEqual(allowed.patterns_allowed, ["octo-org/*"]);
      const { data: subject } = await rest().actions.getCustomOidcSubClaimForRepo(rehearsal.repository);
      assert.equal(subject.use_default, true);
      const { data: region } = await rest().actions.getRepoVariable({ ...rehearsal.repository, name: "REGION" });
      assert.equal(region.value, "south");
      await expectNoChanges(second);
    });

    it("has the new values of its secrets, the random one too", async () => {
      const now = await fingerprints(environmentName);
      assert.equal(now.API_TOKEN, sha256(values.API_TOKEN));
      assert.notEqual(now.SESSION_KEY, before.SESSION_KEY);
    });
  });

  describe("interrupted", () => {
    it("by a token that expires: the next run carries on", async () => {
      const run = await runs.upWithFault(first, "token-expired", { login: topology.github.operator.login });
      assert.notEqual(run.code, 0, "the token expired too late");
      assert.match(run.output, /401|Bad credentials/);
      await up(first);
      await assertFirst();
    });

    it("by the rate limit: it waits or the next run carries on", async () => {
      const run = await runs.upWithFault(second, "rate-limited", { seconds: 2 });
      if (run.code !== 0) await up(second);
      assert.deepEqual(await policies(), ["branch release/*"]);
      await expectNoChanges(second);
    });

    it("taken away and made again, with answers 500 after what was written: the next run has it once", async () => {
      await up(nothing);
      await assert.rejects(rest().repos.getEnvironment(here()), { status: 404 });
      assert.equal(await ruleset(), undefined);
      assert.equal(await forkPolicy(), undefined);
      assert.deepEqual(await fingerprints(), {});
      const { data: left } = await rest().actions.listRepoVariables(rehearsal.repository);
      assert.equal(left.total_count, 0);

      const socket = socketOf(rehearsal.lab.instance, "github");
      for (const match of ["/environments/lab/variables", "/deployment-branch-policies", "/rulesets", "/secrets/"]) {
        await adminRequest(socket, "PUT", "/_lab/faults/http-500-after-commit", { match, count: 1 });
      }
      const run = await pulumi(["up"], first);
      assert.notEqual(run.code, 0, "no create met what its first try had left");
      await up(first);
      await assertFirst();
      await expectNoChanges(first);
    });
  });

  describe("renamed at GitHub", () => {
    const renamed = `${topology.github.owner.login}/shop`;
    const underNewName = { ...first, "github.repository": renamed };
    const lab = (...args: string[]): Promise<unknown> => rehearsal.labCommand("fault", ...args);

    before(async () => {
      await up(first);
      await lab("github-repository-renamed", "to=shop");
    });
    after(async () => {
      await up(first);
      await lab("clear", "github-repository-renamed");
      await assertFirst();
    });

    it("keeps working under the former name, which GitHub redirects", async () => {
      await expectNoChanges(first);
      const changed = { ...first, secretGenerations: yaml({ SESSION_KEY: 3 }) };
      const before = (await fingerprints(environmentName)).SESSION_KEY;
      await up(changed);
      assert.notEqual((await fingerprints(environmentName)).SESSION_KEY, before);
      await assertFirst();
      await expectNoChanges(changed);
    });

    it("has everything once, under the new name", async () => {
      await up(underNewName);
      await assertFirst();
      const ofEnvironment = await fingerprints(environmentName);
      assert.equal(ofEnvironment.API_TOKEN, sha256(values.API_TOKEN));
      assert.deepEqual(Object.keys(await fingerprints()), ["REPORT_TOKEN"]);
      await expectNoChanges(underNewName);
    });
  });

  describe("without GitHub Enterprise", () => {
    const team = <T>(work: () => Promise<T>): Promise<T> => rehearsal.withFault(["github-plan", "plan=team"], work);

    it("says what kind of repository it is, and what follows", () =>
      team(async () => {
        const run = await pulumi(["preview"], modest);
        assert.equal(run.code, 0, run.output);
        assert.match(run.output, /octo-org\/demo-app is private, of an organization with the plan team\./);
        assert.match(run.output, /Approval of forks' pull requests is not set/);
      }));

    it("is made from nothing, and shows no difference afterwards", () =>
      team(async () => {
        await up(nothing);
        await up(modest);
        await up(modest, "--refresh", "--expect-no-changes");
        const { data } = await rest().repos.getEnvironment(here());
        assert.deepEqual(
          data.protection_rules?.map(({ type }) => type),
          ["branch_policy"],
        );
        const { data: actions } = await rest().actions.getGithubActionsPermissionsRepository(rehearsal.repository);
        assert.deepEqual([actions.allowed_actions, actions.sha_pinning_required], ["all", true]);
        assert.deepEqual(Object.keys((await ruleset())?.rules ?? {}).sort(), [
          "deletion",
          "non_fast_forward",
          "pull_request",
        ]);
      }));
  });

  describe("needs", () => {
    it("every permission of the operator's token that it manages with, and no other", async () => {
      const { body } = await adminRequest(socketOf(rehearsal.lab.instance, "github"), "GET", "/_lab/permissions");
      const operator = (body as PermissionReport[]).find(({ login }) => login === topology.github.operator.login);
      // Contents are for deployments, issues for incidents that an operator sends:
      // test/rehearsal/long/deploy-*.test.ts. The organization's runners have a rehearsal of their own:
      // test/rehearsal/long/organization-runners.test.ts.
      const elsewhere = ["contents:read", "issues:write", "organization_self_hosted_runners:write"];
      assert.deepEqual(operator?.unused, elsewhere);
    });

    it("every privilege of the operator's role in Proxmox VE", async () => {
      const { body } = await adminRequest(socketOf(rehearsal.lab.instance, "proxmox"), "GET", "/_lab/permissions");
      assert.deepEqual(
        (body as PrivilegeReport[]).flatMap(({ path, unused }) => unused.map((name) => `${name} on ${path}`)),
        [],
      );
    });
  });

  describe("afterwards", () => {
    it("leaves no secret in what the engine printed or kept", async () => {
      await pulumi(["preview", "--diff"], second);
      const scanner = new SecretScanner(
        [
          ...Object.entries(values).map(([name, value]) => ({ name, value })),
          { name: "token", value: rehearsal.lab.secrets.githubToken },
        ],
        () => new Set(),
      );
      for (const run of runs.done) assert.deepEqual(scanner.in(run.output), []);
      const { backend, logs, github } = rehearsal.lab.instance;
      const { files, found } = scanner.under([backend, logs, github]);
      assert.ok(files.length > 3);
      assert.deepEqual(found, []);
    });
  });
});
