import assert from "node:assert/strict";
import { adminRequest } from "@ghrunners/lab/admin";
import { botOf } from "@ghrunners/lab/github/app-tokens";
import type { PermissionReport } from "@ghrunners/lab/github/permission-use";
import { socketOf } from "@ghrunners/lab/service";
import { topology } from "@ghrunners/lab/topology";
import type { DoctorReport } from "@ghrunners/cli/doctor/render";
import { appIn } from "@ghrunners/core/github/credential";
import type { EngineRun } from "@ghrunners/lab/driver/engine-run";
import { modest } from "../../unit/program/repository-settings";
import { SecretScanner } from "../../rehearsal/support/secret-scan";
import { type ApiOnlyLab, apiOnlyLab } from "../cli/support/api-only-lab";

/** The program, its provider of GitHub and the commands with a GitHub App where the other tests have a token. */
const anothersToken = "github_pat_of_another_person";

describe("a GitHub App in place of the operator's token", () => {
  let lab: ApiOnlyLab;
  const runs: EngineRun[] = [];

  before(async () => {
    lab = await apiOnlyLab("app");
  });
  after(() => lab.close());

  const asApp = <T>(work: () => Promise<T>): Promise<T> =>
    lab.rehearsal.withSecret("githubToken", lab.rehearsal.lab.secrets.operatorApp, work);
  const pulumi = async (...args: string[]): Promise<EngineRun> => {
    // A token of the operator's shell is the provider's default where the program gives none: it must not be used.
    const env = { GITHUB_TOKEN: anothersToken };
    const run = await lab.rehearsal.pulumi(args, { ...modest, secrets: undefined }, env);
    runs.push(run);
    assert.equal(run.code, 0, run.output);
    return run;
  };
  const used = async (login: string): Promise<PermissionReport | undefined> => {
    const socket = socketOf(lab.rehearsal.lab.instance, "github");
    const reports = (await adminRequest(socket, "GET", "/_lab/permissions")).body as PermissionReport[];
    return reports.find((report) => report.login === login);
  };

  it("makes the stack, and has nothing to do the second time", async () => {
    await asApp(async () => {
      await pulumi("up");
      await pulumi("up", "--expect-no-changes");
    });
    const app = await used(botOf(topology.github.apps.operator.slug));
    const written = Object.keys(app?.used ?? {}).filter((permission) => permission.endsWith(":write"));
    assert.ok(written.includes("administration:write") && written.includes("environments:write"), written.join());
    assert.deepEqual((await used(topology.github.operator.login))?.used, {});
  });

  it("is taken by the commands, and has no end that the doctor could warn of", async () => {
    const report = await asApp(() => lab.rehearsal.json<DoctorReport>("ghrunners", "doctor", "--limit", "60"));
    const token = report.checks.find(({ id }) => id === "github-token");
    assert.equal(token?.state, "ok", JSON.stringify(token));
  });

  it("gives way to a token and comes back without a change of the stack", async () => {
    await pulumi("up", "--refresh");
    await asApp(() => pulumi("up", "--refresh"));
  });

  it("leaves its private key nowhere in plain text", () => {
    const { operatorApp } = lab.rehearsal.lab.secrets;
    const key = appIn(operatorApp)?.privateKey ?? "";
    const line = key.split("\n")[1] ?? "";
    assert.ok(line.length > 40);
    const scanner = new SecretScanner(
      [
        { name: "a line of the App's key", value: line },
        { name: "the token of the shell", value: anothersToken },
      ],
      () => new Set(),
    );
    for (const run of runs) assert.deepEqual(scanner.in(run.output), []);
    const { backend, logs, github } = lab.rehearsal.lab.instance;
    const { files, found } = scanner.under([backend, logs, github]);
    assert.ok(files.length > 3);
    assert.deepEqual(found, []);
  });
});
