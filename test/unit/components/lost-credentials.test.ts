import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import { readScript } from "@ghrunners/components/scripts/read-script";

const text = readScript("registration.sh");

describe("the registration of a host", () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), "ghr-registration-"));
    // The script runs nothing in a folder that is not root's; the user of this test may be another.
    writeFileSync(path.join(home, "stat"), "#!/bin/sh\necho 0\n", { mode: 0o755 });
    writeFileSync(path.join(home, "config.sh"), "", { mode: 0o755 });
    for (const name of [".runner", ".credentials", ".credentials_rsaparams"])
      writeFileSync(path.join(home, name), `{"file":"${name}"}`);
  });
  afterEach(() => rmSync(home, { recursive: true }));

  function say(verb: string, folder = home): string {
    const input = renderScript(text, { UNIT: "one.service", RUNNER_HOME: folder });
    const env = { PATH: `${home}:/usr/bin:/bin` };
    const { status, stdout, stderr } = spawnSync("bash", ["-s", "--", verb], { input, env, encoding: "utf8" });
    assert.equal(status, 0, stderr);
    return stdout.trim();
  }

  it("is the content of .runner where the credentials are there", () => {
    assert.equal(say("credentials"), "kept");
    assert.equal(say("show"), '{"file":".runner"}');
  });

  it("is the one that GitHub moved it to, with credentials of its own", () => {
    for (const name of [".runner", ".credentials"])
      writeFileSync(path.join(home, `${name}_migrated`), `{"file":"${name}_migrated"}`);
    rmSync(path.join(home, ".credentials"));
    assert.equal(say("credentials"), "kept");
    assert.equal(say("show"), '{"file":".runner_migrated"}');
  });

  for (const name of [".credentials", ".credentials_rsaparams"])
    for (const how of ["lost", "empty"])
      it(`is none where ${name} is ${how}, so that the host is registered anew`, () => {
        if (how === "lost") rmSync(path.join(home, name));
        else writeFileSync(path.join(home, name), "");
        assert.equal(say("credentials"), "lost");
        assert.equal(say("show"), "");
      });

  it("is looked at by a refresh also on a host that has no runner", () => {
    assert.equal(say("credentials", path.join(home, "none")), "lost");
  });
});
