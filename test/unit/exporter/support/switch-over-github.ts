import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { Exposition } from "@ghrunners/metrics-server/exposition";
import { githubPermissions } from "@ghrunners/lab/topology";
import { sha256 } from "@ghrunners/lab/github/runner-tokens";
import { TestEmulator } from "@ghrunners/lab/driver/emulator";
import { Switch, SwitchFixture } from "./switch";

/** A gate that always passes, for the labels of the variable. */
const gate = `name: Runner gate
on:
  workflow_call:
    outputs:
      labels: { value: "\${{ jobs.choose.outputs.labels }}" }
jobs:
  choose:
    name: Choose
    runs-on: ubuntu-24.04
    outputs:
      labels: \${{ steps.choose.outputs.labels }}
    steps:
      - id: choose
        env:
          CHOICE: \${{ vars.DEPLOY_RUNNER }}
        run: echo "labels=$(node -p 'JSON.stringify(JSON.parse(process.env.CHOICE).labels)')" >> "$GITHUB_OUTPUT"
`;

/** A deployment behind it, and a job that must not be done twice. */
const release = `name: Release
on: workflow_dispatch
jobs:
  publish:
    runs-on: ubuntu-24.04
    steps:
      - run: echo published
  gate:
    needs: publish
    uses: ./.github/workflows/runner-gate.yml
  deploy:
    needs: gate
    runs-on: \${{ fromJSON(needs.gate.outputs.labels) }}
    steps:
      - run: echo deploy
`;

/** Something is over in it, but nothing that could choose another runner. */
const ungated = `name: Ungated
on: workflow_dispatch
jobs:
  publish:
    runs-on: ubuntu-24.04
    steps:
      - run: echo published
  deploy:
    needs: publish
    runs-on: [self-hosted, linux, x64, production, primary]
    steps:
      - run: echo deploy
`;

/** A GitHub in this process that has these workflows, and a failover switch over it that was not started yet. */
export async function switchOverGitHub(): Promise<{ emulator: TestEmulator; world: SwitchFixture; failover: Switch }> {
  const emulator = await TestEmulator.start((seed) => ({
    ...seed,
    users: [...seed.users, { login: "failover", id: 1005 }],
    tokens: [
      ...seed.tokens,
      { sha256: sha256("failover-token"), login: "failover", permissions: githubPermissions.failover },
    ],
  }));
  for (const [name, text] of Object.entries({ release, ungated, "runner-gate": gate })) {
    writeFileSync(path.join(emulator.folder, `.github/workflows/${name}.yml`), text);
  }
  const world = new SwitchFixture();
  return { emulator, world, failover: new Switch(emulator, world) };
}

/** What the switch exposes now, as Prometheus reads it. */
export async function exposedBy({ view }: Switch): Promise<string> {
  assert.ok(view !== undefined);
  return new Exposition("switch").text(view.exposed());
}
