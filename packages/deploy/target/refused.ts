/** Refused, because another deployment holds the lock or the token is outdated. Nothing was done. */
export class RefusedError extends Error {}
