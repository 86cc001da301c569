/** Documents that are made of a deployment's records. */
export const reviewKinds = ["review", "postmortem", "checklist"] as const;
export type ReviewKind = (typeof reviewKinds)[number];
