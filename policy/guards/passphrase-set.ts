import type { Guard } from "../guard";

export const passphraseSet: Guard = {
  name: "passphrase-set",
  description: "The passphrase of the state is not empty: with an empty one its secrets are as good as plain text.",
  judge: ({ passphraseIsEmpty }) =>
    passphraseIsEmpty === true
      ? ["The passphrase is empty (PULUMI_CONFIG_PASSPHRASE or its file). Expected a long random one."]
      : [],
};
