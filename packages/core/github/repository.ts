/** Where the repository is. */
export interface Repository {
  /** `https://github.com` or a GitHub Enterprise Server. */
  readonly url: string;
  /** `owner/name`. */
  readonly fullName: string;
}
