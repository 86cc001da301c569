/** How to reach a host by SSH. Contains no secret. */
export interface HostAddress {
  /** IPv4 address. */
  readonly host: string;
  /** Login with password-less sudo. */
  readonly user: string;
  /** Public host key, such as `ecdsa-sha2-nistp256 AAAA...`, pinned at first contact. */
  readonly hostKey: string;
}
