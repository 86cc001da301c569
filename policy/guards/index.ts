import type { Guard } from "../guard";
import { actionsPinned } from "./actionsPinned";
import { defaultTokenReadOnly } from "./defaultTokenReadOnly";
import { passphraseSet } from "./passphraseSet";
import { productionReviewed } from "./productionReviewed";
import { productionVmProtected } from "./productionVmProtected";
import { pullRequestsHosted } from "./pullRequestsHosted";
import { repositoryPrivate } from "./repositoryPrivate";
import { runnerLabelsExclusive } from "./runnerLabelsExclusive";
import { secretsEncrypted } from "./secretsEncrypted";

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
