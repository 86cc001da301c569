/** Renews a deployment's lease, reports which actions have ended, and notices when the lease is lost. */
import type { OpenDeployment } from "../target/queries";
import { callAgent, AgentRefusedError, type RemoteAgent } from "./remote-agent";

export class LeaseKeeper {
  /** Resolves with the reason when the lease is lost: from then on the target acts by itself. */
  readonly lost: Promise<string>;
  private readonly timer: NodeJS.Timeout;
  private reported = 0;
  private asking = false;
  private resolveLost: (why: string) => void = () => undefined;

  constructor(
    private readonly agent: RemoteAgent,
    private readonly token: number,
    private readonly leaseSeconds: number,
    private readonly say: (line: string) => void,
  ) {
    this.lost = new Promise((resolve) => (this.resolveLost = resolve));
    this.timer = setInterval(() => void this.renew(), (leaseSeconds * 1000) / 4);
  }

  /** One request at a time, so that a late answer is not overtaken. */
  private async renew(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    try {
      const args = ["renew", String(this.token)];
      const { ended } = await callAgent<OpenDeployment>(this.agent, args, "", this.leaseSeconds * 1000);
      this.report(ended);
    } catch (error) {
      // Other errors may be temporary; a refused lease is lost for good.
      if (error instanceof AgentRefusedError) this.lose(error.message);
    } finally {
      this.asking = false;
    }
  }

  lose(why: string): void {
    this.stop();
    this.resolveLost(why);
  }

  report(ended: readonly string[]): void {
    for (const each of ended.slice(this.reported)) this.say(`  ${each}`);
    this.reported = Math.max(this.reported, ended.length);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
