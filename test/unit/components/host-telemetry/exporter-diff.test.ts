import assert from "node:assert/strict";
import type { ExporterInputs } from "@ghrunners/components/resources/installed-exporter";
import { provider } from "@ghrunners/components/resources/installed-exporter";

const installed: ExporterInputs = {
  kind: "runner",
  host: { host: "198.51.100.51", user: "runner", hostKey: "ssh-ed25519 AAAA" },
  incarnation: "bc:24:11:00:00:51",
  config: {
    view: "host",
    listen: { host: "198.51.100.51", port: 9101 },
    unit: "actions.runner.octo-org-demo-app.one.service",
    runnerHome: "/opt/actions-runner",
    workFolder: "/opt/actions-runner/_work",
    githubUrl: "https://198.51.100.2",
  },
  tokenFingerprint: undefined,
  bundle: "a".repeat(64),
  unit: "b".repeat(64),
  state: "active",
};

const changes = async (news: Partial<ExporterInputs>): Promise<boolean | undefined> =>
  (await provider.diff?.("id", installed, { ...installed, ...news }))?.changes;

describe("an installed exporter", () => {
  it("is left alone while nothing changes", async () => assert.equal(await changes({}), false));

  const different: Partial<ExporterInputs>[] = [
    { bundle: "c".repeat(64) },
    { unit: "c".repeat(64) },
    { incarnation: "bc:24:11:00:00:52" },
    { tokenFingerprint: "0123" },
    { state: "altered" },
  ];
  for (const each of different)
    it(`is installed again for another ${Object.keys(each)[0]}`, async () => assert.equal(await changes(each), true));
});
