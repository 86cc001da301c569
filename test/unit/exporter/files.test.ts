import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as z from "zod";
import { fleetConfig, hostConfig } from "@ghrunners/exporter/config";
import { readConfig } from "@ghrunners/metrics-server/config";
import { StateFile } from "@ghrunners/metrics-server/state-file";

describe("the exporter's files", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "ghr-files-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("a state that cannot be read counts as none, and is reported", () => {
    const said: string[] = [];
    const file = path.join(folder, "state/x.json");
    const state = new StateFile(file, z.object({ n: z.number() }), (line) => said.push(line));
    assert.equal(state.read(), undefined);
    state.write({ n: 7 });
    assert.deepEqual(state.read(), { n: 7 });
    writeFileSync(file, readFileSync(file, "utf8").slice(0, 3));
    assert.equal(state.read(), undefined);
    assert.match(said.join(), /counting starts anew/);
    rmSync(file);
    mkdirSync(file);
    assert.equal(state.read(), undefined, "nor does a folder in its place end the exporter");
    assert.equal(said.length, 2);
  });

  it("a folder that cannot be written is reported, and does not end the exporter", () => {
    const said: string[] = [];
    writeFileSync(path.join(folder, "file"), "");
    new StateFile(path.join(folder, "file/x.json"), z.unknown(), (line) => said.push(line)).write({});
    assert.match(said.join(), /could not be written/);
  });

  it("a configuration with errors names them all", () => {
    const file = path.join(folder, "config.json");
    writeFileSync(file, JSON.stringify({ view: "host", unit: "x", listen: { host: "", port: 1 }, extra: 1 }));
    assert.throws(() => readConfig(file, hostConfig), /listen\.host[\s\S]*unit[\s\S]*runnerHome[\s\S]*extra/);
    assert.throws(() => readConfig(path.join(folder, "none.json"), fleetConfig), /cannot be read/);
  });
});
