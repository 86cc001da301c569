import assert from "node:assert/strict";
import { TestEmulator, ofOrganization, owner, repo } from "@ghrunners/lab/driver/emulator";
import { convertCode, installApp, type Manifest, registerApp } from "@ghrunners/lab/github/registered-apps";

const wanted: Manifest = {
  name: "Demo App",
  url: "https://github.example/octo-org/demo-app",
  redirect_url: "https://github.example/back",
  default_permissions: {},
};

describe("the emulator's registration of Apps", () => {
  let emulator: TestEmulator;
  before(async () => {
    emulator = await TestEmulator.start(ofOrganization("team"));
  });
  after(() => emulator.stop());

  const submit = (page: string, manifest: unknown, name = "Demo") =>
    emulator.fetch(`${emulator.url}${page}`, {
      method: "POST",
      body: new URLSearchParams({ name, manifest: JSON.stringify(manifest) }).toString(),
    });

  it("gives out the key once, and for an hour", async () => {
    const { store } = emulator.services;
    const code = registerApp(store, owner, wanted);
    const convert = (of: string) => emulator.rest("POST", `/app-manifests/${of}/conversions`, { token: "" });
    assert.deepEqual([(await convert(code)).status, (await convert(code)).status], [201, 404]);
    const late = registerApp(store, owner, { ...wanted, name: "Late" });
    store.change(({ apps }) => {
      const app = apps.find(({ slug }) => slug === "late");
      if (app?.code) app.code = { ...app.code, expiresAt: "2020-01-01T00:00:00Z" };
    });
    assert.throws(() => convertCode(store, late), { status: 404 });
  });

  it("refuses a manifest that GitHub refuses, and a name that is taken", async () => {
    const withoutUrl = await submit("/settings/apps/new", { ...wanted, hook_attributes: { active: false } });
    assert.equal(withoutUrl.status, 422);
    assert.match(await withoutUrl.text(), /Error: (&#34;|")url(&#34;|") wasn't supplied/);
    const unknown = await submit("/settings/apps/new", { ...wanted, default_permissions: { variables: "read" } });
    assert.equal(unknown.status, 422);
    registerApp(emulator.services.store, owner, { ...wanted, name: "Taken" });
    assert.match(await (await submit("/settings/apps", wanted, "taken")).text(), /Name is already taken/);
    assert.equal((await submit("/organizations/another/settings/apps/new", wanted)).status, 404);
    assert.equal((await submit(`/organizations/${owner}/settings/apps/new`, wanted)).status, 200);
  });

  it("installs a private App on its own account only", () => {
    const { store } = emulator.services;
    registerApp(store, "operator", { ...wanted, name: "Of a person" });
    assert.throws(() => installApp(store, owner, "of-a-person"), { status: 404 });
    registerApp(store, "operator", { ...wanted, name: "Public", public: true });
    installApp(store, owner, "public");
  });

  it("shows an installation to its App only", async () => {
    const answer = await emulator.rest("GET", `/repos/${owner}/${repo}/installation`);
    assert.equal(answer.status, 401);
  });
});
