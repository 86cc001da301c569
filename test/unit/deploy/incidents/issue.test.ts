import assert from "node:assert/strict";
import type { ListedIncident } from "@ghrunners/deploy/target/outbox";
import { withoutSecrets } from "@ghrunners/core/vocabulary/redaction";
import { markerOf, renderIssue } from "@ghrunners/deploy/incidents/issue";
import { plantedSecrets } from "../../components/logs/planted";

const listed: ListedIncident = {
  version: "2",
  run: "https://github.example/octo-org/demo-app/actions/runs/7",
  issue: null,
  incident: {
    schema: "ghrunners.incident/1",
    deployment: "20260101T000000Z-ab12",
    severity: "warning",
    openedAt: "2026-01-01T00:00:30Z",
    environment: "production",
    application: "demo-app",
    target: "app",
    title: "demo-app 2 was rolled back on app (smoke_test)",
    cause: { code: "smoke_test", detail: "data API: 404" },
    state: "version 1, proved healthy",
    forensics: "/var/lib/ghrunners/forensics/20260101T000000Z-ab12",
    runbook: "docs/runbooks/deployment-failed.md#deploymentrollbacktriggered",
    next: "Check the failed action in the record, fix the version, deploy again.",
  },
};
const runbooks = "https://github.example/octo-org/demo-app/blob/HEAD/docs/runbooks";
const withDetail = (detail: string): ListedIncident => ({
  ...listed,
  incident: { ...listed.incident, cause: { code: "step", detail } },
});

describe("the issue of an incident", () => {
  it("says cause, state, evidence, runbook, run and what to do, and is found again by its marker", () => {
    const { title, body, labels } = renderIssue(listed, runbooks);
    assert.equal(title, listed.incident.title);
    assert.deepEqual(labels, ["deployment-incident"]);
    assert.ok(body.startsWith(markerOf("20260101T000000Z-ab12")));
    for (const part of [
      "data API: 404",
      "version 1, proved healthy",
      String(listed.incident.forensics),
      `${runbooks}/deployment-failed.md#deploymentrollbacktriggered or \`ghrunners runbook deploymentrollbacktriggered\``,
      "/actions/runs/7",
      "fix the version, deploy again",
    ])
      assert.ok(body.includes(part), part);
  });

  it("says so where no forensics were kept", () => {
    const { body } = renderIssue({ ...listed, incident: { ...listed.incident, forensics: null } }, runbooks);
    assert.match(body, /\| Evidence \| none was kept on the target \|/);
  });

  for (const { name, lines, parts } of plantedSecrets()) {
    it(`a ${name} in a failure does not get into the issue about it`, () => {
      const { title, body } = renderIssue(withDetail(lines.join("\n")), runbooks);
      assert.deepEqual(
        parts.filter((part) => `${title}${body}`.includes(part)),
        [],
        body,
      );
    });
  }

  it("is as long as GitHub takes, and text of a program stays text", () => {
    const { body } = renderIssue(withDetail(`\`\`\`\n@everybody ${"x".repeat(100_000)}`), runbooks);
    assert.ok(body.length < 65_536);
    assert.equal(body.match(/^```/gm)?.length, 4);
    assert.equal(withoutSecrets("nothing secret here"), "nothing secret here");
  });
});
