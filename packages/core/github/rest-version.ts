/**
 * Version of GitHub's REST API that answers this program. Its requests name none, and then GitHub takes this one; the
 * GitHub provider of Pulumi names it. Source: GitHub documentation, "API Versions".
 */
export const REST_API_VERSION = "2022-11-28";
