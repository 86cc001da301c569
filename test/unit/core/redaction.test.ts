import assert from "node:assert/strict";
import { redacted, redactions, toRegExp, withoutSecrets } from "@ghrunners/core/vocabulary/redaction";
import { plantedSecrets } from "../components/logs/planted";

const r = redacted;
const x = (count: number): string => "x".repeat(count);
const base64 = "Ab3+".repeat(15);
const escape = "\u001b";

/** A line, and what is left of it: each pattern has one that no other pattern knows. */
const lines: readonly (readonly [line: string, left: string])[] = [
  ["a -----BEGIN PRIVATE KEY-----\nA\n-----END PRIVATE KEY----- b", `a ${r("private-key")} b`],
  ["-----BEGIN PGP PRIVATE KEY BLOCK-----\nA\n-----END PGP PRIVATE KEY BLOCK-----", r("private-key")],
  [`a\n ${base64} \nb`, `a\n ${r("key-material")} \nb`],
  ...["ghp", "gho", "ghu", "ghs", "ghr"].map((kind) => [`a ${kind}_${x(16)} b`, `a ${r("github-token")} b`] as const),
  [`a github_pat_${x(16)} b`, `a ${r("github-token")} b`],
  [`a eyJ${x(12)}.${x(3)}.${x(3)} b`, `a ${r("jwt")} b`],
  [`a A${"B2".repeat(14)} b`, `a ${r("runner-token")} b`],
  ...["xoxb-", "xapp-", "npm_", "hvs.", "hvb.", "hvr.", "glpat-", "dckr_pat_", "sk_live_", "rk_live_", "AIza"].map(
    (kind) => [`a ${kind}${x(10)} b`, `a ${r("vendor-token")} b`] as const,
  ),
  ["a AKIA0123456789ABCDEF b", `a ${r("aws-key")} b`],
  ["a ASIA0123456789ABCDEF b", `a ${r("aws-key")} b`],
  ['{"password": "two words"}', `{"password": "${r("named-secret")}"}`],
  ["a --token xyz b", `a --token ${r("argument")} b`],
  ["a --pat=xyz b", `a --pat=${r("argument")} b`],
  ['["--jitconfig", "xyz"]', `["--jitconfig", "${r("argument")}"]`],
  ["curl -u me:xyz b", `curl -u me:${r("argument")} b`],
  ["curl --user=me:xyz b", `curl --user=me:${r("argument")} b`],
  ["curl --proxy-user 'me:xyz' b", `curl --proxy-user 'me:${r("argument")}' b`],
  ["Authorization: Bearer xyz b", `Authorization: Bearer ${r("authorization")} b`],
  ['"authorization":"Basic xyz"', `"authorization":"Basic ${r("authorization")}"`],
  ["me@pve!t=5e0f3a2c-97d1-4b60-8f4e-0a1b2c3d4e5f b", `me@pve!t=${r("proxmox-token")} b`],
  ["PVEAuthCookie=PVE:x; b", `PVEAuthCookie=${r("proxmox-ticket")}; b`],
  ["redis://me:xyz@cache b", `redis://me:${r("url-password")}@cache b`],
];

const names = [
  ...["password", "passwd", "passphrase", "api_key", "api-key", "apikey", "access_token", "auth-token", "refreshtoken"],
  ...["id_token", "private_token", "client_secret", "secret_key", "secret_access_key", "account_key"],
  ...["shared_access_key", "sas_token", "my-api-key"],
];

describe("what a text is without its secrets", () => {
  for (const [line, left] of lines)
    it(`${JSON.stringify(line.slice(0, 50))} keeps all but the secret`, () => {
      assert.equal(withoutSecrets(line), left);
      assert.equal(withoutSecrets(`${line}\n${line}`), `${left}\n${left}`);
    });

  for (const name of names)
    it(`${name} is a name of secrets, in a text and as an argument`, () => {
      assert.equal(withoutSecrets(`a ${name}=xyz b`), `a ${name}=${r("named-secret")} b`);
      assert.equal(withoutSecrets(`a ${name}: 'xyz' b`), `a ${name}: '${r("named-secret")}' b`);
      assert.equal(withoutSecrets(`a --${name} xyz b`), `a --${name} ${r("argument")} b`);
    });

  it("is without the beginning of a key, up to where it ends", () => {
    assert.equal(withoutSecrets("a -----BEGIN PRIVATE KEY-----\nA\nB"), `a ${r("private-key")}`);
  });

  it("is without the value of a name that only ends as one of a secret", () => {
    assert.equal(withoutSecrets("PGPASSWORD=xyz b"), `PGPASSWORD=${r("named-secret")} b`);
  });

  it("is without a secret of JSON inside JSON, and what follows up to the end of that", () => {
    assert.equal(withoutSecrets('{\\"password\\": \\"two words\\"}" b'), `{\\"password\\": \\"${r("named-secret")}" b`);
  });

  it("is recognised behind colours, links and other escape sequences of a terminal", () => {
    for (const order of [
      `${escape}[1;31m`,
      `${escape}[?25l`,
      `${escape}]8;;https://x\u0007`,
      `${escape}]0;t${escape}\\`,
      `${escape}M`,
    ])
      assert.equal(withoutSecrets(`a ghp_${x(8)}${order}${x(8)} b`), `a ${r("github-token")} b`, JSON.stringify(order));
    assert.equal(withoutSecrets(`${escape}[1mbold${escape}[0m`), "bold");
  });

  it("is known behind the escapes of URLs, JSON and programs, which stay where they hide nothing", () => {
    for (const g of ["%67", "\\u0067", "\\x67"]) {
      assert.equal(withoutSecrets(`a ${g}hp_${x(16)} b`), `a ${r("github-token")} b`);
      assert.equal(withoutSecrets(`a ${g} b`), `a ${g} b`);
    }
    assert.equal(withoutSecrets(`a %5A ghp_${x(8)}%7a${x(8)}`), `a Z ${r("github-token")}`);
    // An escape that would take a secret's form away: the text as it is counts too.
    assert.equal(withoutSecrets("password=%20"), `password=${r("named-secret")}`);
  });

  it("takes a secret as it is, whatever it means to a replacement", () => {
    assert.equal(withoutSecrets("password=$&$1xyz b"), `password=${r("named-secret")} b`);
  });

  for (const { name, lines: planted, parts } of plantedSecrets())
    it(`a ${name} does not survive the redaction of a text`, () => {
      const left = withoutSecrets(planted.join("\n"));
      for (const part of parts) assert.ok(!left.includes(part), left);
    });
});

describe("a pattern of the list", () => {
  it("has its flags at its beginning, which JavaScript takes beside it", () => {
    assert.deepEqual([toRegExp("(?is)a(?:b)", "g").source, toRegExp("(?is)a(?:b)", "g").flags], ["a(?:b)", "gis"]);
    assert.throws(() => toRegExp("a(?i)b"), SyntaxError);
    assert.equal(toRegExp("(?m)^a\nb$").source, "^a\\nb$");
  });

  it("is tried for each name: none is without a line above", () => {
    const seen = new Set(lines.map(([, left]) => /\[REDACTED ([a-z-]+)\]/.exec(left)?.[1]));
    assert.deepEqual([...new Set(redactions.map(({ name }) => name))].sort(), [...seen].sort());
  });
});
