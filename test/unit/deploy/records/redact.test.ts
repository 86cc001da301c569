import assert from "node:assert/strict";
import { fileWithoutSecrets, withoutSecrets } from "@ghrunners/deploy/records/redact";

const LIMIT = 8_000;
const token = `ghp_${"x".repeat(36)}`;
const hidden = "[REDACTED github-token]";
const words = (length: number): string => "ab ".repeat(Math.ceil(length / 3)).slice(0, length);

describe("a text of a record", () => {
  it("has no secrets, and is complete up to its limit", () => {
    assert.equal(withoutSecrets(`a ${token} b`), `a ${hidden} b`);
    assert.equal(withoutSecrets(words(LIMIT)), words(LIMIT));
  });

  it("is cut between two words, and says so", () => {
    assert.equal(withoutSecrets(`${words(LIMIT)}c`), `${words(LIMIT).replace(/\S+$/, "")} ...`);
    const cut = withoutSecrets(`${words(LIMIT - 1)}  ${words(9)}`);
    assert.equal(cut, `${words(LIMIT - 1)}  ...`, "a blank at the cut stays");
  });

  it("shows no part of a secret at the cut", () => {
    const before = `${words(LIMIT - 14)} `.slice(0, LIMIT - 14);
    const cut = withoutSecrets(`${before} ${token} after`);
    assert.equal(cut, `${before}  ...`);
  });
});

describe("a file of evidence", () => {
  it("is all of it, without secrets, in pieces of whole lines", () => {
    const line = `${words(998)}\n`;
    const text = line.repeat(30);
    assert.equal(fileWithoutSecrets(text), text);
    assert.equal(fileWithoutSecrets(`${text}${token}\n${text}`), `${text}${hidden}\n${text}`);
    assert.equal(fileWithoutSecrets(""), "");
    assert.equal(fileWithoutSecrets("no end"), "no end");
  });

  it("has a piece that is exactly as long as one may be", () => {
    const half = `${words(LIMIT / 2 - 1)}\n`;
    assert.equal(fileWithoutSecrets(half.repeat(4)), half.repeat(4));
  });

  it("has a line that is too long cut, and the lines around it whole", () => {
    const long = `${words(LIMIT + 10)}\n`;
    const cut = withoutSecrets(long);
    assert.equal(fileWithoutSecrets(`before\n${long}after\n`), `before\n${cut}after\n`);
    assert.equal(fileWithoutSecrets(`${long}after\n`), `${cut}after\n`);
  });

  it("has a key over several lines taken out of one piece", () => {
    const key = "-----BEGIN PRIVATE KEY-----\nA\n-----END PRIVATE KEY-----\n";
    assert.equal(fileWithoutSecrets(`a\n${key}b\n`), "a\n[REDACTED private-key]\nb\n");
  });
});
