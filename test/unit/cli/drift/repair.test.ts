import assert from "node:assert/strict";
import { repairsFor, type Repairs } from "@ghrunners/cli/drift/repair";

const fullName = "octo-org/demo-app";
const byGh = (repairs: Repairs): string[] => [
  repairs.private,
  repairs.removeSecret("environment", "API"),
  repairs.removeVariable("repository", "URL"),
  repairs.removePolicy(5),
  repairs.removeRunner({ id: 7 }),
  repairs.removeRunner({ id: 7, groupId: 3 }),
];

describe("repairs by GitHub's own program", () => {
  const commands = [
    "gh repo edit octo-org/demo-app --visibility private --accept-visibility-change-consequences",
    "gh secret delete API --repo octo-org/demo-app --env production",
    "gh variable delete URL --repo octo-org/demo-app",
    "gh api --method DELETE repos/octo-org/demo-app/environments/production/deployment-branch-policies/5",
    "gh api --method DELETE repos/octo-org/demo-app/actions/runners/7",
    "gh api --method DELETE orgs/octo-org/actions/runners/7",
  ];

  it("are short for github.com", () => {
    assert.deepEqual(byGh(repairsFor("acme", { url: "https://github.com/", fullName }, "production")), commands);
  });

  for (const host of ["acme.ghe.com", "github.example.com"])
    it(`name ${host}, as gh takes github.com by itself`, () => {
      const repairs = repairsFor("acme", { url: `https://${host}`, fullName }, "production");
      assert.deepEqual(
        byGh(repairs),
        commands.map((command) => `GH_HOST=${host} ${command}`),
      );
    });
});
