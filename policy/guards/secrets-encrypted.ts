import type { Guard } from "../guard";

export const secretsEncrypted: Guard = {
  name: "secrets-encrypted",
  description: "GitHub secrets are given by value or valueEncrypted, never by the deprecated plaintextValue.",
  judge: ({ secrets = [] }) =>
    secrets
      .filter(({ plaintext }) => plaintext)
      .map(({ name }) => `The secret ${name} is given as plaintextValue. Expected value or valueEncrypted.`),
};
