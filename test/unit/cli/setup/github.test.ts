import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { WrongUse } from "@ghrunners/cli/command";
import { credentialOf } from "@ghrunners/cli/setup/github";
import { appsText, appsToRegister } from "@ghrunners/cli/setup/github-apps";
import { appIn } from "@ghrunners/core/github/credential";
import { projectRoot } from "@ghrunners/core/project-root";
import { githubPermissions } from "@ghrunners/core/vocabulary/github-permissions";
import { makeAppKey } from "@ghrunners/lab/app-key";

const organization = { url: "https://github.com", repository: "octo-org/demo-app", isOrganization: true };
const person = { ...organization, isOrganization: false };

describe("ghrunners setup github", () => {
  it("links to GitHub's page with exactly the permissions of each credential", () => {
    for (const { setting, link, permissions } of appsToRegister(organization)) {
      const { origin, pathname, searchParams } = new URL(link);
      assert.equal(`${origin}${pathname}`, "https://github.com/organizations/octo-org/settings/apps/new");
      const { variables, ...others } = githubPermissions[setting] as Record<string, string>;
      const expected = {
        ...others,
        ...(variables === undefined ? {} : { actions_variables: variables }),
        ...(setting === "githubToken" ? { organization_plan: "read" } : {}),
      };
      assert.deepEqual(permissions, expected);
      for (const [name, level] of Object.entries(expected)) assert.equal(searchParams.get(name), level);
      assert.deepEqual([searchParams.get("public"), searchParams.get("webhook_active")], ["false", "false"]);
    }
  });

  it("asks for the organization's runners only if they belong to it", () => {
    const asked = (runnerGroup?: string) =>
      appsToRegister({ ...organization, runnerGroup }).map(
        ({ permissions }) => permissions.organization_self_hosted_runners,
      );
    assert.deepEqual(asked(), [undefined, undefined, undefined]);
    assert.deepEqual(asked("deployers"), ["write", "read", undefined]);
  });

  it("links to a person's own page, where there is no plan to see", () => {
    const [operator] = appsToRegister(person);
    assert.equal(new URL(operator?.link ?? "").pathname, "/settings/apps/new");
    assert.equal(operator?.permissions.organization_plan, undefined);
  });

  it("proposes names that GitHub takes, each once", () => {
    const long = { ...person, repository: "an-owner-with-a-long-name/and-a-repository-with-one" };
    const names = [person, long].flatMap((owner) =>
      appsToRegister(owner).map(({ link }) => new URL(link).searchParams.get("name") ?? ""),
    );
    for (const name of names) assert.match(name, /^[a-z0-9-]{1,34}$/);
    assert.equal(new Set(names).size, names.length);
  });

  it("asks for what docs/reference/security.md lists, and for nothing else", () => {
    const text = readFileSync(path.join(projectRoot, "docs/reference/security.md"), "utf8");
    const rows = text.split("\n").filter((line) => line.startsWith("|"));
    for (const setting of ["githubToken", "exporterToken", "failoverToken"] as const) {
      const first = rows.findIndex((row) => row.includes(`\`${setting}\``));
      const next = rows.findIndex((row, index) => index > first && !row.startsWith("| |"));
      const listed = rows
        .slice(first, next)
        .flatMap((row) => [...row.matchAll(/(\w+): (read|write)\b/g)])
        .map(([, name = "", level = ""]) => [name.toLowerCase(), level]);
      const { plan, ...permissions } = Object.fromEntries(listed) as Record<string, string>;
      assert.equal(plan, setting === "githubToken" ? "read" : undefined);
      assert.deepEqual(permissions, githubPermissions[setting]);
    }
  });

  it("says what comes after each link", () => {
    const text = appsText(person);
    for (const setting of ["githubToken", "exporterToken", "failoverToken"])
      assert.match(text, new RegExp(`github-credential --app-id ID .* --secret ghrunners:${setting}$`, "m"));
  });
});

describe("ghrunners setup github-credential", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "app-key-"));
  const file = path.join(folder, "app.pem");
  const { privateKey } = makeAppKey();
  before(() => writeFileSync(file, privateKey, { mode: 0o600 }));
  after(() => rmSync(folder, { recursive: true }));

  const credential = (appId: string, installationId: string, keyFile = file): string =>
    credentialOf({ appId, installationId, keyFile });

  it("prints the credential as the settings take it", () => {
    assert.deepEqual(appIn(credential("12", "34")), { appId: 12, installationId: 34, privateKey });
  });

  it("refuses ids that are no numbers, and a file that is no key, without showing it", () => {
    const other = path.join(folder, "other.pem");
    writeFileSync(other, "a-secret-that-is-no-key", { mode: 0o600 });
    for (const wrong of [
      () => credential("twelve", "34"),
      () => credential("12", "34", other),
      () => credential("12", "34", path.join(folder, "missing.pem")),
    ])
      assert.throws(wrong, (error: Error) => {
        assert.match(error.message, /Expected/);
        assert.ok(!error.message.includes("a-secret-that-is-no-key"));
        return error instanceof WrongUse;
      });
  });
});
