import assert from "node:assert/strict";
import { exitCodeOf, type InitReport, nextCommands, renderInit } from "@ghrunners/cli/init/report";
import { fromConfiguration, fromPreflight } from "@ghrunners/cli/init/findings";
import { PASSPHRASE_MISSING, secretsProviderOf } from "@ghrunners/cli/init/passphrase";
import { explainCertificate } from "@ghrunners/cli/init/certificate";

const nothing = { set: [], secretFile: [] };

const report: InitReport = {
  stack: "acme/ghrunners/team",
  file: "/p/Pulumi.team.yaml",
  result: "written",
  created: true,
  settings: ["proxmox"],
  secrets: ["githubToken"],
  findings: [],
  notices: [],
  pullRequest: null,
  next: ["pulumi preview --stack acme/ghrunners/team"],
};

describe("the result of ghrunners init", () => {
  it("says what was done and the next commands, with the stack", () => {
    const text = renderInit(report);
    assert.match(text, /The stack acme\/ghrunners\/team is written\./);
    assert.match(text, /Next:\n {2}pulumi preview --stack acme\/ghrunners\/team\n/);
    assert.equal(exitCodeOf(report), 0);
  });

  it("names what is to be prepared apart from what is wrong, each command with the stack", () => {
    const findings = fromPreflight(
      [
        {
          setting: "proxmox.node",
          reason: "there is no node x. Next: pulumi config set --path 'ghrunners:proxmox.node' NODE",
        },
        { setting: "proxmox", reason: "the API token lacks SDN.Use" },
      ],
      false,
    );
    assert.deepEqual(
      findings.map(({ isRefusal }) => isRefusal),
      [true, false],
    );
    const text = renderInit({ ...report, result: "refused", findings });
    assert.match(text, /1 answer missing or wrong:\n.*config set --stack acme\/ghrunners\/team --path/);
    assert.match(text, /To prepare before pulumi up:\n.*lacks SDN\.Use/);
    assert.equal(exitCodeOf({ ...report, findings }), 1);
  });

  it("names the pull request before the next commands", () => {
    const url = "https://github.com/octo-org/demo-app/pull/7";
    const text = renderInit({ ...report, pullRequest: url });
    assert.match(text, /Review and merge the pull request with the workflows: \S+\/pull\/7\n\nNext:\n/);
    assert.doesNotMatch(renderInit(report), /pull request/);
  });

  it("exports the variable that Pulumi needs before the other commands", () => {
    const variables = { PULUMI_CONFIG_PASSPHRASE_FILE: "/h/my file" };
    assert.deepEqual(nextCommands({ result: "written", findings: [], stack: "team" }, variables, nothing), [
      "export PULUMI_CONFIG_PASSPHRASE_FILE='/h/my file'",
      "pulumi preview --stack team",
      "pulumi up --stack team",
      "ghrunners status --stack team",
    ]);
  });

  it("explains a missing setting with its meaning and an example", () => {
    const { reason } = fromConfiguration({ path: "proxmox.node", seen: "nothing", allowed: "a name" });
    assert.match(reason, /^Node that has the template .* Seen nothing, expected a name; for example pve1\.$/);
  });

  it("names the way to GitHub Apps where there is no token, for that stack", () => {
    const allowed = "a token";
    const finding = fromConfiguration({ path: "githubToken", seen: "nothing", allowed });
    const text = renderInit({ ...report, stack: "team", result: "refused", findings: [finding] });
    assert.match(text, /expected a token; or instead of a token: ghrunners init --stack team --register /);
    const plain = fromConfiguration({ path: "githubToken", seen: "a value stored in plain text", allowed });
    assert.doesNotMatch(plain.reason, /--register/);
  });

  it("says what the Apps have left in a stack that is refused for something else", () => {
    const findings = fromPreflight([{ setting: "proxmox.node", reason: "there is no node x" }], false);
    const part = { result: "refused", settings: [], secrets: ["githubToken"], findings } as const;
    const text = renderInit({ ...report, ...part, secrets: [...part.secrets], settings: [], stack: "team" });
    assert.match(
      text,
      /^Only the keys of GitHub Apps were written: team\n {2}created in Pulumi's backend\n {2}secrets: /,
    );
    assert.match(
      renderInit({ ...report, ...part, created: false, secrets: [], settings: [] }),
      /^Nothing was written: /,
    );
    assert.deepEqual(
      nextCommands({ result: "refused", findings, stack: "team" }, { PULUMI_CONFIG_PASSPHRASE_FILE: "/f" }, nothing),
      ["export PULUMI_CONFIG_PASSPHRASE_FILE='/f'", "ghrunners init --stack team"],
    );
  });

  it("repeats the options of a run that wrote nothing, so that the line runs as it is printed", () => {
    const options = {
      from: "my answers.yaml",
      set: ["proxmox.node=pve1", "deployment.branches=[main, v*]"],
      secretFile: ["githubToken=github-token"],
      passphraseFile: "/h/team.passphrase",
      workflowsTokenFile: "own-token",
      register: true,
      input: false,
    };
    const repeated =
      "ghrunners init --stack team --from 'my answers.yaml' --set 'proxmox.node=pve1' " +
      "--set 'deployment.branches=[main, v*]' --secret-file 'githubToken=github-token' " +
      "--passphrase-file '/h/team.passphrase' --workflows-token-file 'own-token' --register --no-input";
    const first = (result: "refused" | "checked" | "written"): string | undefined =>
      nextCommands({ result, findings: [], stack: "team" }, {}, options)[0];
    assert.equal(first("refused"), repeated);
    assert.equal(first("checked"), repeated);
    assert.equal(first("written"), "pulumi preview --stack team");
  });

  it("gives no example of an address, which the same check might refuse", () => {
    const allowed = "in the gateway's subnet: 192.0.2.1 to 192.0.2.254";
    const { reason } = fromConfiguration({ path: "runners[1].address", seen: "192.168.0.51", allowed });
    assert.match(reason, /Seen 192\.168\.0\.51, expected in the gateway's subnet: 192\.0\.2\.1 to 192\.0\.2\.254\.$/);
  });
});

describe("the secrets provider of a new stack", () => {
  it("is the backend's own, a key service, or a passphrase that must be known", () => {
    assert.equal(secretsProviderOf({}, true, {})?.provider, "default");
    assert.equal(secretsProviderOf({ secretsProvider: "awskms://a" }, false, {})?.provider, "awskms://a");
    assert.equal(secretsProviderOf({}, false, { PULUMI_CONFIG_PASSPHRASE_FILE: "/f" })?.provider, "passphrase");
    assert.equal(secretsProviderOf({}, false, { PULUMI_CONFIG_PASSPHRASE: "" }), undefined);
    assert.match(PASSPHRASE_MISSING, /expected --passphrase-file FILE/);
  });

  it("is a passphrase in a file, which is made if it is not there", () => {
    const file = "/nowhere/team.passphrase";
    assert.deepEqual(secretsProviderOf({ passphraseFile: file }, false, {}), {
      provider: "passphrase",
      makes: file,
      variables: { PULUMI_CONFIG_PASSPHRASE_FILE: file },
    });
  });
});

describe("a certificate that is not trusted", () => {
  it("is explained with its fingerprint and the commands that make it trusted", () => {
    const seen = {
      ends: 0,
      untrusted: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      subject: "pve1",
      issuer: "Proxmox",
      fingerprint: "AA:BB",
    };
    const text = explainCertificate("https://pve.example.org:8006/", seen);
    assert.match(
      text,
      /SHA-256 AA:BB.*Nothing was sent.*scp root@pve\.example\.org:\/etc\/pve\/pve-root-ca\.pem pve-ca\.pem/,
    );
  });
});
