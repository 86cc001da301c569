import { emptyState, heal, name, ofGuest, own, proxmox, refusal, tellsEach } from "./changed";
import { certificateWith, inDays } from "./facts";

describe("the doctor's checks of this machine and Proxmox VE", () => {
  tellsEach([
    ["an old Node", own({ node: { seen: "20.11.0", needed: "22.12" } }), "problem node", /nodejs\.org/],
    ["an old Pulumi", own({ pulumi: { seen: { value: "3.100.0" }, needed: "3.274.0" } }), "problem pulumi", /install/],
    [
      "an empty stack",
      own({ state: { value: { resources: 0, made: { ...emptyState() } } } }),
      "problem deployed",
      /^pulumi up$/,
    ],
    [
      "an untrusted certificate",
      proxmox({}, { certificate: certificateWith({ ends: inDays(90), untrusted: "SELF_SIGNED_CERT_IN_CHAIN" }) }),
      "problem proxmox-certificate",
      /NODE_EXTRA_CA_CERTS/,
    ],
    [
      "a certificate that has ended",
      proxmox({}, { certificate: certificateWith({ ends: inDays(-3), untrusted: "CERT_HAS_EXPIRED" }) }),
      "problem proxmox-certificate",
      /pvenode acme cert renew/,
    ],
    [
      "a certificate of ten more days",
      proxmox({}, { certificate: certificateWith({ ends: inDays(10), untrusted: undefined }) }),
      "warning proxmox-certificate",
      /pvenode acme cert renew/,
    ],
    [
      "Proxmox VE that does not answer",
      proxmox({}, { certificate: { error: "it does not answer. Expected it. Next: check the network" } }),
      "problem proxmox-reached",
      /check the network/,
    ],
    [
      "a refused Proxmox VE token",
      proxmox({
        guests: refusal(
          401,
          "it refuses the token. Expected a valid one. Next: pulumi config set --secret ghrunners:proxmoxToken",
        ),
      }),
      "problem proxmox-token",
      /proxmoxToken/,
    ],
    [
      "Proxmox VE's own failure",
      proxmox({ guests: refusal(500, "it answered 500") }),
      "unknown proxmox-token",
      /once more/,
    ],
    [
      "a Proxmox VE token of six more days",
      proxmox({}, { tokenExpires: { value: inDays(6) / 1000 } }),
      "problem proxmox-token",
      /proxmoxToken/,
    ],
    [
      "a node that is off",
      proxmox({ nodes: { value: [{ node: "pve-lab", online: false }] } }),
      "problem proxmox-node",
      /start it/,
    ],
    [
      "a missing privilege",
      proxmox({
        missingPrivileges: { value: [{ path: "/vms/9000", privilege: "VM.Clone", reason: "clone the template" }] },
      }),
      "problem proxmox-privileges",
      /VM\.Clone/,
    ],
    [
      "a storage for other content",
      proxmox({
        storages: new Map([["pve-lab", { value: { avail: 2 ** 40, content: "iso", active: true, type: "dir" } }]]),
      }),
      "problem proxmox-storage",
      /pvesm set/,
    ],
    ["no firewall", proxmox({ firewall: { value: false } }), "problem proxmox-firewall", /pvesh set/],
    [
      "a firewall that is not shown",
      proxmox({ firewall: { value: undefined } }),
      "warning proxmox-firewall",
      /Sys\.Audit/,
    ],
    ["a stopped machine", ofGuest("stopped"), `problem runner-machine ${name}`, heal],
  ]);
});
