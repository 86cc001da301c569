import { z } from "zod";
import { parseCidr } from "@ghrunners/core/vocabulary/ipv4";
import { text } from "./text";

/** One destination that a VM's firewall opens. */
export const egress = z.strictObject({
  to: text(
    "an IPv4 network in CIDR form, no bits set below the prefix",
    (value) => parseCidr(value) !== undefined,
  ).meta({
    description: "Destination network.",
    example: "192.0.2.0/24",
  }),
  ports: text("ports and ranges such as 22,8000:8010", /^\d+(:\d+)?(,\d+(:\d+)?)*$/).meta({
    description: "Destination ports.",
    example: "22,443",
  }),
  protocol: z.enum(["tcp", "udp"]).default("tcp").meta({ description: "Transport protocol." }),
  comment: text("at most 80 characters on one line", /^[^\r\n]{0,80}$/)
    .default("")
    .meta({ description: "Why it is open; becomes the comment of the firewall rule." }),
});
