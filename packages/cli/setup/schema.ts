/** zod schemas of `ghrunners setup`. Published in docs/reference/schemas. */
import { z } from "zod";

export const setupProxmoxSchema = z.strictObject({
  role: z.string(),
  privileges: z.array(z.string()).describe("Privileges of the role: those that the preflight demands."),
  paths: z.array(z.string()).describe("Paths on which user and token get the role."),
  tokenId: z.string().describe("USER@REALM!TOKENID."),
  commands: z.array(z.string()).describe("Shell lines for a node, as root. They can be run again."),
});
