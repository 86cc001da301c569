import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { Exposition } from "@ghrunners/metrics-server/exposition";
import { githubPermissions } from "@ghrunners/lab/topology";
import { sha256 } from "@ghrunners/lab/github/runner-tokens";
import { TestEmulator } from "@ghrunners/lab/driver/emulator";
import { seriesOf } from "@ghrunners/lab/driver/scrape";
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

/** As teams write it: everything in one file, the runners by bare labels, an environment with blanks and a dash. */
const whole = `name: Build, publish, deploy
on: workflow_dispatch
concurrency: { group: "release-\${{ github.ref }}", cancel-in-progress: true }
jobs:
  build:
    strategy: { matrix: { part: [api, web] } }
    runs-on: ubuntu-24.04
    steps:
      - run: echo built
  publish:
    needs: build
    runs-on: ubuntu-24.04
    steps:
      - run: echo published
  deploy:
    needs: publish
    runs-on: [production, primary]
    environment: { name: "Production \u2013 shop", url: https://shop.example }
    steps:
      - run: echo deploy
`;

/** A GitHub in this process that has these workflows, and a failover switch over it. */
export class SwitchOverGitHub {
  private constructor(
    readonly emulator: TestEmulator,
    readonly fixture: SwitchFixture,
    public failover: Switch,
  ) {}

  /** @returns the two, of which the switch was not started yet */
  static async start(): Promise<SwitchOverGitHub> {
    const emulator = await TestEmulator.start((seed) => ({
      ...seed,
      users: [...seed.users, { login: "failover", id: 1005 }],
      tokens: [
        ...seed.tokens,
        { sha256: sha256("failover-token"), login: "failover", permissions: githubPermissions.failover },
      ],
    }));
    for (const [name, text] of Object.entries({ release, ungated, whole, "runner-gate": gate })) {
      writeFileSync(path.join(emulator.folder, `.github/workflows/${name}.yml`), text);
    }
    const fixture = new SwitchFixture();
    return new SwitchOverGitHub(emulator, fixture, new Switch(emulator, fixture));
  }

  async stop(): Promise<void> {
    await this.failover.remove();
    await this.emulator.stop();
  }

  /** Another switch in its place, with other settings, that was not started yet. */
  async replaceSwitch(settings: ConstructorParameters<typeof Switch>[2]): Promise<void> {
    await this.failover.remove();
    this.failover = new Switch(this.emulator, this.fixture, settings);
  }

  /** What the switch exposes now, as Prometheus reads it. */
  async exposed(): Promise<string> {
    const { view } = this.failover;
    assert.ok(view !== undefined);
    return new Exposition("switch").text(view.exposed());
  }

  /** Value of a series that the switch exposes now. */
  async series(name: string): Promise<number | undefined> {
    return seriesOf(await this.exposed()).get(name);
  }
}
