import type { Guard } from "../guard";
import { actionsPinned } from "./actions-pinned";
import { defaultTokenReadOnly } from "./default-token-read-only";
import { passphraseSet } from "./passphrase-set";
import { productionReviewed } from "./production-reviewed";
import { productionVmProtected } from "./production-vm-protected";
import { pullRequestsHosted } from "./pull-requests-hosted";
import { repositoryPrivate } from "./repository-private";
import { runnerLabelsExclusive } from "./runner-labels-exclusive";
import { secretsEncrypted } from "./secrets-encrypted";

/** Every guard of the pack. */
export const guards: readonly Guard[] = [
  repositoryPrivate,
  runnerLabelsExclusive,
  pullRequestsHosted,
  defaultTokenReadOnly,
  passphraseSet,
  actionsPinned,
  productionReviewed,
  productionVmProtected,
  secretsEncrypted,
];
