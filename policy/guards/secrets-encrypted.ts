import type { Guard } from "../guard";

export const secretsEncrypted: Guard = {
  name: "secrets-encrypted",
  description: "GitHub secrets are given by value or valueEncrypted, never by the deprecated plaintextValue.",
  types: [
    "github:index/actionsSecret:ActionsSecret",
    "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret",
    "github:index/actionsOrganizationSecret:ActionsOrganizationSecret",
    "github:index/dependabotSecret:DependabotSecret",
  ],
  judge: ({ props }) =>
    props.plaintextValue === undefined
      ? []
      : ["The secret is given as plaintextValue. Expected value or valueEncrypted."],
};
