/** Sentences that override a refusal. In words, so that nobody sets one by accident. */

/** Allows a disruptive change although no other runner is healthy. */
export const FORCE_WORDS = "change a runner while no other one is healthy";

/** Allows runners on a public repository. */
export const PUBLIC_WORDS = "strangers may propose code to this repository";
