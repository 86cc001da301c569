import assert from "node:assert/strict";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import { until } from "@ghrunners/core/until";
import { JOURNAL_REMOTE_PORT, LOG_NAMESPACE, REMOTE_JOURNAL } from "@ghrunners/core/vocabulary/logs";
import {
  namespaceConfiguration,
  namespaceSocketDropIn,
  redactorUnit,
  renderRedactor,
  renderUploadDropIn,
} from "@ghrunners/components/runner/render-journal-upload";
import type { MachineRig } from "../../../unit/lab/machines/rig";
import { componentScript, runnerUnit } from "./runner-host";

const origin = { host: "runner-1", environment: "test", role: "primary", unit: runnerUnit };

/** The program's scripts for logs on two machines: one that ships its journal, and one that receives it. */
export class JournalShipping {
  constructor(
    private readonly rig: MachineRig,
    private readonly host: number,
    private readonly receiving: number,
  ) {}

  /** @returns the receiver's certificate */
  receiver(verb: string): string {
    return this.script(this.receiving, "receiver.sh", verb, {
      ENVIRONMENT: "test",
      ADDRESS: this.rig.address(this.receiving),
      PORT: String(JOURNAL_REMOTE_PORT),
      RETENTION_DAYS: "30",
      SENDER_MEBIBYTES: "8",
      SENDERS: this.rig.address(this.host),
    });
  }

  /** @param certificate of the one receiver that the host trusts */
  shipper(verb: string, certificate: string): string {
    return this.script(this.host, "journal-upload.sh", verb, {
      MACHINE: "00:00:00:00:00:01",
      REDACTOR: componentScript("redactor.py"),
      REDACTOR_CONFIG: renderRedactor(origin),
      UNIT_FILE: redactorUnit,
      NAMESPACE: LOG_NAMESPACE,
      NAMESPACE_CONFIG: namespaceConfiguration,
      SOCKET_DROP_IN: namespaceSocketDropIn,
      UPLOAD_DROP_IN: renderUploadDropIn(this.rig.address(this.receiving)),
      CERTIFICATE: certificate,
    });
  }

  /** What lies at the receiver. @param matches as journalctl takes them */
  arrived(...matches: string[]): string {
    const filter = matches.join(" ");
    return this.rig.sh(
      this.receiving,
      `journalctl --directory=${REMOTE_JOURNAL} --output=cat --no-pager ${filter} || true`,
    );
  }

  arrives(text: string, ...matches: string[]): Promise<unknown> {
    return until(`"${text}" arrives`, 30_000, () => this.arrived(...matches).includes(text));
  }

  private script(vmid: number, file: string, verb: string, parameters: Record<string, string>): string {
    const { code, stdout, stderr } = this.rig.script(vmid, renderScript(componentScript(file), parameters), verb);
    assert.equal(code, 0, stderr);
    return stdout.trim();
  }
}
