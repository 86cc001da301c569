import assert from "node:assert/strict";
import { formatPath, renderProblems, renderSeen } from "@ghrunners/config/problems";

describe("problems of a configuration", () => {
  it("name their place as the configuration writes it", () => {
    assert.equal(formatPath([]), "");
    assert.equal(formatPath(["vm"]), "vm");
    assert.equal(formatPath(["runners", 0, "address"]), "runners[0].address");
    assert.equal(formatPath(["targets", 1, "a", "b"]), "targets[1].a.b");
  });

  it("show what was seen, shortened, and no secret", () => {
    for (const nothing of [undefined, ""]) assert.equal(renderSeen("vm.user", nothing), "nothing");
    assert.equal(renderSeen("githubToken", ""), "nothing");
    assert.equal(renderSeen("vm.cores", 0), "0");
    assert.equal(renderSeen("vm.cores", null), "null");
    const text = (length: number) => "x".repeat(length - 2);
    assert.equal(renderSeen("vm.user", text(80)), `"${text(80)}"`);
    assert.equal(renderSeen("vm.user", text(81)), `"${"x".repeat(76)}...`);
    for (const path of ["githubToken", "secretValues.A", "secretValues"])
      assert.equal(renderSeen(path, "value"), "a secret of another form");
  });

  it("know the meaning of a whole list", () => {
    const text = renderProblems("test", [{ path: "secrets", seen: '"x"', allowed: "a list" }]);
    assert.match(text, /^ {2}ghrunners:secrets - Secrets of the environment and the repository\.$/m);
  });

  it("stand in one text, each with its meaning, an example and the next command", () => {
    const one = { path: "vm.cores", seen: "0", allowed: "1 to 64" };
    const two = { path: "unknown", seen: "x", allowed: "y", next: "pulumi config rm ghrunners:unknown" };
    const three = { path: "proxmox.node", seen: "nothing", allowed: "a name" };
    const first = [
      "  ghrunners:vm.cores - CPU cores.",
      "    seen:    0",
      "    allowed: 1 to 64",
      "    next:    pulumi config set --stack test --path 'ghrunners:vm.cores' 4",
    ].join("\n");
    assert.equal(renderProblems("test", [one]), `The configuration of stack "test" has 1 problem.\n\n${first}`);
    const more = [
      "  ghrunners:unknown\n    seen:    x\n    allowed: y\n    next:    pulumi config rm --stack test ghrunners:unknown",
      [
        "  ghrunners:proxmox.node - Node that has the template and on which the VMs are created.",
        "    seen:    nothing",
        "    allowed: a name",
        "    example: pve1",
        "    next:    pulumi config set --stack test --path 'ghrunners:proxmox.node' pve1",
      ].join("\n"),
    ];
    assert.equal(
      renderProblems("test", [one, two, three]),
      [`The configuration of stack "test" has 3 problems.`, first, ...more].join("\n\n"),
    );
  });
});
