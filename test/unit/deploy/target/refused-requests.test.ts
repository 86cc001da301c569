import assert from "node:assert/strict";
import type { Request } from "@ghrunners/deploy/protocol/request";
import { parseRequest } from "@ghrunners/deploy/target/request-schema";
import { LocalTarget } from "../support/target";

/** A request as a deployer might send it that checks nothing. */
type Raw = Record<string, unknown>;

describe("a target, which trusts no deployer", () => {
  let target: LocalTarget;
  let good: Request;
  before(() => {
    target = new LocalTarget();
    good = target.request("2");
  });
  after(() => target.remove());

  const refused = (change: (request: Raw) => void, words: RegExp): void => {
    const request = JSON.parse(JSON.stringify(good)) as Raw;
    change(request);
    assert.throws(() => parseRequest(request), words);
  };
  const step = (request: Raw, name: string): Raw => {
    const found = (request.steps as Raw[]).find((each) => each.name === name);
    assert.ok(found);
    return found;
  };

  it("takes what the plan compiles to", () => {
    assert.deepEqual(parseRequest(JSON.parse(JSON.stringify(good))), JSON.parse(JSON.stringify(good)));
  });

  for (const version of ["", ".", "..", "../../../tmp/evil", "-rf", "1\n", "'", "1".repeat(65)])
    it(`refuses the version ${JSON.stringify(version.slice(0, 20))}`, () =>
      refused((request) => (request.version = version), /refuses this request: version: expected a version/));

  for (const [name, change, words] of [
    ["an id that is a path", (request: Raw) => (request.id = "../x"), /id: expected letters/],
    ["an empty id", (request: Raw) => (request.id = ""), /id: expected letters/],
    ["no version at all", (request: Raw) => delete request.version, /version: /],
    ["a version that is no text", (request: Raw) => (request.version = 2), /version: /],
    ["releases at the root", (request: Raw) => (request.releases = "/"), /releases: expected an absolute path/],
    [
      "releases above themselves",
      (request: Raw) => (request.releases = "/opt/demo/.."),
      /releases: expected an absolute/,
    ],
    ["the releases as current", (request: Raw) => (request.current = request.releases), /are inside each other/],
    [
      "a file out of the release",
      (request: Raw) => (step(request, "proxy").from = "../../etc/shadow"),
      /from: expected a r/,
    ],
    ["a file that is no path", (request: Raw) => (step(request, "proxy").to = "etc"), /to: expected an absolute path/],
    ["two steps of one name", (request: Raw) => (step(request, "start").name = "stop"), /a different name/],
    [
      "no step that unpacks",
      (request: Raw) => (request.steps = [step(request, "activate")]),
      /exactly one step of kind unpack/,
    ],
    ["a kind of step that it does not know", (request: Raw) => (step(request, "start").kind = "rm"), /steps\.5/],
    ["another digest", (request: Raw) => (request.artefact = { sha256: "x", bytes: 1 }), /sha256: expected 64/],
    ["no limits", (request: Raw) => delete request.limits, /limits: /],
    ["a limit of zero", (request: Raw) => ((request.limits as Raw).leaseSeconds = 0), /leaseSeconds: /],
    ["a field that it does not know", (request: Raw) => (request.more = 1), /Unrecognized|unrecognized|Invalid/],
    ["another format", (request: Raw) => (request.format = 2), /requests of format 1, not 2/],
    ["an owner of two lines", (request: Raw) => (request.owner = "a\nb"), /owner: expected one line/],
  ] as const)
    it(`refuses a request with ${name}`, () => refused(change, words));

  for (const value of [null, undefined, [], "text", 3])
    it(`refuses ${JSON.stringify(value)} instead of a request`, () =>
      assert.throws(() => parseRequest(value), /requests of format 1/));
});
