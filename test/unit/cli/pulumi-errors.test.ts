import assert from "node:assert/strict";
import { explainPulumi } from "@ghrunners/cli/pulumi/explain";
import { onStack } from "@ghrunners/core/vocabulary/on-stack";
import { pulumiSaid as said } from "../../support/pulumi-said";

describe("an error of Pulumi that ghrunners explains", () => {
  const explained = (text: string): string => explainPulumi(["config", "--json"], text, "acme");

  it("has the cause and the next command for each thing that a first user lacks", () => {
    assert.match(explained(said.login), /not logged in.*Next: pulumi login/);
    assert.match(explained(said.backend), /backend cannot be opened\. Pulumi says: .*nonexistent.*Next: pulumi login/);
    assert.match(explained(said.stack), /no stack "acme".*Next: pulumi stack ls.*pulumi stack init acme/);
    for (const text of [said.passphrase, said.file])
      assert.match(explained(text), /acme cannot be opened without its passphrase.*PULUMI_CONFIG_PASSPHRASE_FILE=FILE/);
    assert.match(explained(said.wrong), /not the one that the stack acme was created with/);
    assert.match(explained(said.attributes), /the state itself is whole\..*Next: remove acme\.json\.attrs/);
  });

  it("keeps Pulumi's own words for any other failure", () => {
    assert.equal(explained("error: the moon is full\n\n"), "pulumi config --json failed: the moon is full");
  });
});

describe("commands in messages", () => {
  it("name the stack where they work on one", () => {
    const text =
      "Next: pulumi up, then ghrunners gate; ghrunners promote staging; pulumi config set --secret a:b < FILE";
    assert.equal(
      onStack(text, "acme"),
      "Next: pulumi up --stack acme, then ghrunners gate --stack acme; ghrunners promote staging --stack acme; " +
        "pulumi config set --stack acme --secret a:b < FILE",
    );
  });

  it("stay as they are where they name one, or work on none", () => {
    for (const text of [
      "pulumi up --refresh --stack other",
      "pulumi login",
      "ghrunners completion bash",
      "pulumi stack ls",
    ])
      assert.equal(onStack(text, "acme"), text);
  });
});
