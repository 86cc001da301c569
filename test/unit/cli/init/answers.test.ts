import assert from "node:assert/strict";
import {
  overlay,
  parseAnswers,
  parseSecretFile,
  parseSetting,
  parseTree,
  valueOf,
  withValue,
} from "@ghrunners/cli/init/answers";

describe("answers of ghrunners init", () => {
  it("come from a YAML file, with secrets in files beside it or in the home folder", () => {
    const text =
      "proxmox: { node: pve1 }\nghrunners:environment: production\n" +
      "secretFiles: { githubToken: token, sshPrivateKey: ~/.ssh/key, proxmoxToken: /etc/token }\n";
    const { settings, secretFiles } = parseAnswers(text, "/a/b/answers.yaml", "/h");
    assert.deepEqual(settings, { proxmox: { node: "pve1" }, environment: "production" });
    assert.deepEqual(secretFiles, {
      githubToken: "/a/b/token",
      sshPrivateKey: "/h/.ssh/key",
      proxmoxToken: "/etc/token",
    });
  });

  it("are refused with every problem, and without the secret that stands in them", () => {
    const text = "githubToken: github_pat_planted\nsecretFiles: { exporterTokn: x }\n";
    assert.throws(() => parseAnswers(text, "/a/answers.yaml", "/h"), {
      message:
        "/a/answers.yaml cannot be used:\n" +
        "  githubToken: seen a secret in plain text, expected the name of its file below secretFiles\n" +
        "  secretFiles.exporterTokn: expected one of proxmoxToken, githubToken, exporterToken, failoverToken, sshPrivateKey, with the name of a file",
    });
    assert.throws(() => parseAnswers("a: [", "/a/answers.yaml", "/h"), /answers\.yaml: seen .* Expected YAML/);
    assert.throws(() => parseAnswers("- a\n", "/a/answers.yaml", "/h"), /Expected YAML/);
  });

  it("join groups and replace lists", () => {
    const below = { vm: { cores: 4, user: "runner" }, runners: [{ name: "a" }, { name: "b" }] };
    assert.deepEqual(overlay(below, { vm: { cores: 2 }, runners: [{ name: "c" }] }), {
      vm: { cores: 2, user: "runner" },
      runners: [{ name: "c" }],
    });
  });

  it("set and read one setting, also in a list", () => {
    const tree = withValue({ runners: [{ name: "a" }] }, "runners[1].vmId", 152);
    assert.deepEqual(tree, { runners: [{ name: "a" }, { vmId: 152 }] });
    assert.equal(valueOf(tree, "runners[1].vmId"), 152);
    assert.equal(valueOf(tree, "runners[2].vmId"), undefined);
  });

  it("are typed on the command line as YAML values", () => {
    assert.deepEqual(parseSetting("vm.cores=2"), ["vm.cores", 2]);
    assert.deepEqual(parseSetting("deployment.branches=[main, v*]"), ["deployment.branches", ["main", "v*"]]);
    assert.deepEqual(parseSetting("proxmox.endpoint=https://pve:8006/"), ["proxmox.endpoint", "https://pve:8006/"]);
    assert.throws(() => parseSetting("vm.cores"), /Expected PATH=VALUE/);
  });

  it("never hold a secret on the command line", () => {
    assert.throws(
      () => parseSetting("githubToken=github_pat_planted"),
      (error: Error) => /Expected --secret-file githubToken=FILE/.test(error.message) && !/planted/.test(error.message),
    );
    assert.deepEqual(parseSecretFile("githubToken=a=b"), ["githubToken", "a=b"]);
    assert.throws(() => parseSecretFile("token=a"), /Expected NAME=FILE with a name of: proxmoxToken/);
  });

  it("are checked by the program's own schema", () => {
    const result = parseTree("team", { vm: { cores: 99 }, colour: "red" }, { githubToken: "x" });
    assert.ok("problems" in result);
    const paths = result.problems.map(({ path }) => path);
    for (const path of ["vm.cores", "colour", "githubToken", "proxmoxToken", "proxmox.endpoint", "runners[0].name"])
      assert.ok(paths.includes(path), `${path} is not in ${paths.join(", ")}`);
  });
});
