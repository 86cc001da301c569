/** List `targets`: the hosts that deployments go to. The program does not make them. */
import { z } from "zod";
import { parseAddress } from "@ghrunners/core/vocabulary/ipv4";
import { text } from "./text";

export const target = z.strictObject({
  name: text("lower-case letters, digits and inner hyphens, at most 63", /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/).meta({
    description: "Name of the target in records, metrics and messages.",
    example: "app",
  }),
  address: text("an IPv4 address", (value) => parseAddress(value) !== undefined).meta({
    description: "Address of the target; its SSH server listens on port 22.",
    example: "192.168.0.60",
  }),
  user: text("a Unix user name other than root", (value) => /^[a-z_][a-z0-9_-]{0,31}$/.test(value) && value !== "root")
    .default("deploy")
    .meta({
      description:
        "User that deploys, with password-less sudo; `sshPrivateKey` must be able to log in as this user too.",
    }),
  hostKey: text(
    "a public host key: its kind, a blank, its base64 text",
    /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+={0,2}$/,
  ).meta({
    description: "Pinned host key. `ssh-keyscan -t ecdsa ADDRESS` prints it; compare it with the host's own.",
    example: '"ecdsa-sha2-nistp256 AAAA..."',
  }),
  watched: z.boolean().default(true).meta({
    description:
      "Whether the monitoring host scrapes the target's node exporter, and missing deployment metrics raise an alert.",
  }),
});

/** One deployment target of the settings. */
export type TargetSettings = z.infer<typeof target>;
