import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { trustedAuthorities } from "../../support/trusted-authorities";

describe("the authorities that tests trust", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "authorities-"));
  const file = (name: string, text: string): string => {
    writeFileSync(path.join(folder, name), text);
    return path.join(folder, name);
  };
  after(() => rmSync(folder, { recursive: true }));

  it("are the lab's and the machine's own: what a test installs may need those", () => {
    const lab = file("lab.pem", "the lab's\n");
    assert.equal(trustedAuthorities(lab, ""), lab);
    const own = file("own.pem", "the machine's");
    const both = trustedAuthorities(lab, own);
    assert.equal(readFileSync(both, "utf8"), "the machine's\nthe lab's\n");
    assert.equal(trustedAuthorities(lab, both), both);
  });
});
