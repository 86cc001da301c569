import assert from "node:assert/strict";
import fc from "fast-check";
import { tokenOf } from "@ghrunners/lab/github/http/authorize";
import { fullPath, plainRoute } from "@ghrunners/lab/github/http/message";
import { paginate } from "@ghrunners/lab/github/http/pagination";
import { inDateRange } from "@ghrunners/lab/github/routes/run-filter";
import { defaultLabels, relabel } from "@ghrunners/lab/github/runner-labels";
import { createRouter } from "@ghrunners/lab/kit/router";
import { parseSeed } from "@ghrunners/lab/github/seed";

const label = fc.stringMatching(/^[a-cA-C]{1,2}$/);

describe("pure parts of the GitHub emulator", () => {
  it("labels: read-only ones stay first, no two differ only by case, ids of labels that stay do not change", () => {
    fc.assert(
      fc.property(fc.array(label), fc.array(label), (first, second) => {
        let id = 0;
        const nextId = (): number => (id += 1);
        const before = relabel({ labels: [] }, first, nextId, defaultLabels("Linux", "X64"));
        const after = relabel({ labels: before }, second, nextId);
        const names = after.map(({ name }) => name.toLowerCase());
        assert.equal(new Set(names).size, names.length);
        assert.deepEqual(
          after.slice(0, 3).map(({ name, type }) => [name, type]),
          [
            ["self-hosted", "read-only"],
            ["Linux", "read-only"],
            ["X64", "read-only"],
          ],
        );
        assert.deepEqual(new Set(names.slice(3)), new Set(second.map((name) => name.toLowerCase())));
        for (const { name, id: known } of before) {
          const same = after.find((other) => other.name.toLowerCase() === name.toLowerCase());
          if (same !== undefined) assert.equal(same.id, known);
        }
      }),
    );
  });

  it("pages: together they are the whole list, in order, and `next` leads from each to the one after it", () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 50 }), fc.integer({ min: 1, max: 120 }), (all, perPage) => {
        const seen: number[] = [];
        let link: string | undefined = `/x?per_page=${perPage}`;
        for (let pages = 0; link !== undefined && pages <= all.length; pages += 1) {
          const url: URL = new URL(link, "https://host");
          const page = paginate(all, { path: url.pathname, query: url.searchParams }, "https://host");
          assert.ok(page.items.length <= Math.min(perPage, 100));
          seen.push(...page.items);
          link = /<([^>]+)>; rel="next"/.exec(page.headers.link ?? "")?.[1];
        }
        assert.deepEqual(seen, all);
      }),
    );
  });

  it("routes: whatever a name holds, it comes out as it was encoded", () => {
    const route = plainRoute("GET", "/environments/{name}/secrets", "public", () => ({ status: 200, body: "" }));
    const router = createRouter([route], fullPath);
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }), (name) => {
        fc.pre(name !== "." && name !== "..");
        const found = router("GET", `/environments/${encodeURIComponent(name)}/secrets`);
        assert.ok(found !== undefined);
        assert.equal(found.params.name, name);
      }),
    );
    assert.equal(router("POST", "/environments/a/secrets"), undefined);
    assert.equal(router("GET", "/environments/a/b/secrets"), undefined);
  });

  it("authorization: the token is the same in every form", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w-]{1,40}$/), (token) => {
        assert.equal(tokenOf(`Bearer ${token}`), token);
        assert.equal(tokenOf(`token ${token}`), token);
        assert.equal(tokenOf(`Basic ${Buffer.from(`user:${token}`).toString("base64")}`), token);
      }),
    );
    assert.equal(tokenOf("Digest x"), undefined);
    assert.equal(tokenOf(undefined), undefined);
  });

  it("date ranges: as GitHub's search reads them", () => {
    const noon = "2026-11-22T12:00:00Z";
    for (const range of [
      "2026-11-22",
      ">=2026-11-22",
      "<=2026-11-22",
      ">2026-11-21",
      "<2026-11-23",
      "2026-11-01..2026-11-22",
      "*..2026-11-22",
      "2026-11-22..*",
    ]) {
      assert.equal(inDateRange(range, noon), true, range);
    }
    for (const range of [
      "2026-11-21",
      ">2026-11-22",
      "<2026-11-22",
      ">=2026-11-22T12:00:01Z",
      "2026-11-23..*",
      "soon",
    ]) {
      assert.equal(inDateRange(range, noon), false, range);
    }
  });

  it("seed: every wrong entry is named", () => {
    assert.throws(
      () => parseSeed({ owner: { login: "o", id: 0, type: "Team" }, tokens: [{ sha256: "x" }] }),
      (error: Error) => {
        for (const entry of ["owner.id", "owner.type", "repository", "tokens[0].sha256"])
          assert.ok(error.message.includes(entry), entry);
        return true;
      },
    );
  });
});
