/** Somebody else's lock, or a token that no longer counts. Nothing was done. */
export class RefusedError extends Error {}
