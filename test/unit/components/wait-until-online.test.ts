import assert from "node:assert/strict";
import type { GitHubRunner } from "@ghrunners/core/github/runner";
import { type RegisteredRunnerInputs, waitUntilOnline } from "@ghrunners/components/resources/registered-runner";

const inputs: RegisteredRunnerInputs = {
  githubUrl: "https://github.com",
  repository: "octo-org/demo-app",
  runnerName: "one",
  labels: ["self-hosted"],
  unit: "actions.runner.octo-org-demo-app.one.service",
  host: { host: "192.0.2.51", user: "runner", hostKey: "ssh-ed25519 AAAA" },
  incarnation: "BC:24:11:00:00:01",
  runnerId: 7,
  version: "2.336.0",
  revision: "1",
  drained: false,
  service: "active",
  status: "online",
  limits: { drainMinutes: 30, onlineSeconds: 0.02 },
};

describe("a runner whose service has started", () => {
  /** @param looks how often GitHub shows it offline first */
  async function wait(looks: number, holdsSession: boolean): Promise<{ runner: GitHubRunner; asked: number }> {
    let seen = 0;
    let asked = 0;
    const runner = (): Promise<GitHubRunner> =>
      Promise.resolve({ id: 7, name: "one", online: (seen += 1) > looks, busy: false, labels: [], version: "2.336.0" });
    const found = await waitUntilOnline(
      { runner },
      inputs,
      () => {
        asked += 1;
        return Promise.resolve(holdsSession);
      },
      { pauseMs: 5 },
    );
    return { runner: found, asked };
  }

  it("is online at once, and its host is not asked", async () => {
    const { runner, asked } = await wait(0, false);
    assert.equal(runner.online, true);
    assert.equal(asked, 0);
  });

  it("is waited for beyond its limit while GitHub holds the session of a listener that was killed", async () => {
    const { runner, asked } = await wait(20, true);
    assert.equal(runner.online, true);
    assert.equal(asked, 1);
  });

  it("is given up at its limit otherwise", async () => {
    await assert.rejects(wait(Infinity, false), /shows runner one offline 0\.02 s after its service started/);
  });
});
