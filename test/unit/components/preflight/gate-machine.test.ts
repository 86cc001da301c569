import assert from "node:assert/strict";
import { gateMachineProblem, gateNotices, observeGateMachine } from "@ghrunners/components/preflight/gate-machine";
import { GitHubClient } from "@ghrunners/core/github/client";
import { onEnterprise, owner, repo, TestEmulator } from "@ghrunners/lab/driver/emulator";
import { inputs } from "./observations";

describe("the machine of the runner gate", () => {
  const github = { url: "https://github.example.com", repository: "octo-org/demo-app" };
  const where = { environment: "production", runners: inputs.runners, github };
  const problem = (variable: string | undefined): string =>
    gateMachineProblem({ server: "3.17.1", variable }, where) ?? "";

  it("is missing at an Enterprise Server until the variable names one", () => {
    const missing = problem(undefined);
    assert.match(
      missing,
      /^GitHub Enterprise Server 3\.17\.1 has no machines of its own, and the variable GATE_RUNNER/,
    );
    assert.match(
      missing,
      /Next: GH_HOST=github\.example\.com gh variable set GATE_RUNNER --repo octo-org\/demo-app --body '\["self-hosted","gate"\]'/,
    );
    assert.equal(problem('["self-hosted","gate"]'), "");
    assert.equal(problem('["self-hosted","delivery"]'), "");
  });

  it("is told in the preview where it is known to be wrong", () => {
    const told = (gate: Parameters<typeof gateNotices>[0]): number => gateNotices(gate, where).length;
    assert.equal(told({ value: { server: "3.17.1", variable: undefined } }), 1);
    assert.equal(told({ value: { server: "3.17.1", variable: '["gate"]' } }), 0);
    for (const unknown of [undefined, { value: undefined }, { error: "403" }]) assert.equal(told(unknown), 0);
  });

  it("has to be named by a JSON list of labels", () => {
    for (const text of ["", "gate", '"gate"', "[]", "[1]", "{}"])
      assert.match(problem(text), /the variable GATE_RUNNER is .*Expected the labels of a machine/);
  });

  it("may be none of the runners that the gate judges", () => {
    assert.match(problem('["self-hosted"]'), /may run on .+ and .+, which it judges/);
    assert.match(problem('["self-hosted","Production","secondary"]'), /may run on [^ ]+, which it judges/);
  });

  describe("as GitHub shows it", () => {
    const look = async (server: string | undefined, value?: string): Promise<unknown> => {
      const emulator = await TestEmulator.start((seed) =>
        onEnterprise({ ...seed, ...(server === undefined ? {} : { enterpriseServer: server }) }),
      );
      try {
        const operator = await emulator.client();
        if (value !== undefined) await operator.actions.createRepoVariable({ owner, repo, name: "GATE_RUNNER", value });
        const { url } = emulator;
        const github = new GitHubClient({ url, fullName: `${owner}/${repo}` }, "operator-token", {
          fetch: emulator.fetch as typeof fetch,
        });
        return await observeGateMachine(github, url);
      } finally {
        await emulator.stop();
      }
    };

    it("is of no concern where GitHub has machines of its own", async () => {
      assert.equal(await look(undefined), undefined);
      const unasked = new GitHubClient({ url: "https://github.com", fullName: "a/b" }, "t", {
        fetch: () => Promise.reject(new Error("asked")),
      });
      for (const url of ["https://github.com", "https://acme.ghe.com"])
        assert.equal(await observeGateMachine(unasked, url), undefined);
    });

    it("is the repository's variable at an Enterprise Server", async () => {
      assert.deepEqual(await look("3.17.1"), { server: "3.17.1", variable: undefined });
      assert.deepEqual(await look("3.17.1", '["gate"]'), { server: "3.17.1", variable: '["gate"]' });
    });
  });
});
