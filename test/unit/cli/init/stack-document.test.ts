import assert from "node:assert/strict";
import { parseStackDocument, setSettings, settingsIn } from "@ghrunners/cli/pulumi/stack-document";

const text = `encryptionsalt: v1:x
config:
  # the node in the cellar
  ghrunners:proxmox: { node: pve1 } # small
  ghrunners:githubToken:
    secure: v1:y
  ghrunners:runners:
    - role: primary
      name: a # the old one
      vmId: 151
`;

describe("a stack's file as YAML", () => {
  it("is read without the project's prefix", () => {
    const { proxmox, githubToken } = settingsIn(parseStackDocument(text, "f"));
    assert.deepEqual([proxmox, githubToken], [{ node: "pve1" }, { secure: "v1:y" }]);
  });

  it("is changed leaf by leaf: comments, order and the rest stay", () => {
    const document = parseStackDocument(text, "f");
    const changed = setSettings(document, {
      proxmox: { node: "pve2", storage: "tank" },
      runners: [{ role: "primary", name: "a", vmId: 152 }],
    });
    assert.deepEqual(changed, ["proxmox.node", "proxmox.storage", "runners[0].vmId"]);
    assert.equal(
      document.toString({ flowCollectionPadding: true }),
      text.replace("{ node: pve1 }", "{ node: pve2, storage: tank }").replace("vmId: 151", "vmId: 152"),
    );
  });

  it("does not change for values that it has", () => {
    const document = parseStackDocument(text, "f");
    assert.deepEqual(setSettings(document, { proxmox: { node: "pve1" } }), []);
    assert.equal(document.toString(), text);
  });

  it("takes a first setting in an empty file", () => {
    const document = parseStackDocument("", "f");
    assert.deepEqual(setSettings(document, { vm: { cores: 2 } }), ["vm"]);
    assert.equal(document.toString(), "config:\n  ghrunners:vm:\n    cores: 2\n");
  });

  it("is refused with its name where it is no YAML", () => {
    assert.throws(
      () => parseStackDocument("a: [", "Pulumi.team.yaml"),
      /^Error: Pulumi\.team\.yaml is not YAML: .* Next: /,
    );
  });
});
