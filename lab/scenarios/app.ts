import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Status } from "@ghrunners/deploy/target/queries";
import { clearHostFaults, runOnHost, setHostFault, type HostFaultName } from "../hosts";
import type { Instance } from "../instance";
import { labUp } from "../lifecycle";
import { ownerOf } from "../owner";
import { NspawnBackend } from "../machines";
import { topology } from "../topology";
import { projectRoot } from "@ghrunners/core/project-root";
import { until } from "@ghrunners/core/until";
import type { HoldPoint } from "./plan";

const AGENT = "/opt/ghrunners/deploy/ghrunners-deploy";
/** A file of the demo application that every deployment writes and every undo restores. */
const RESTORED = "/etc/systemd/system/demo-app-backend.service";
/** Longest time that anything here may take by itself, a boot included. */
export const LIMIT_MS = 120_000;

export const scriptOf = (name: string): string => readFileSync(path.join(__dirname, "files", name), "utf8");

/** The demo application's machine, as its owner and the one who pulls its plugs see it: by its console. */
export class AppMachine {
  constructor(
    readonly instance: Instance,
    private readonly say: (line: string) => void,
  ) {}

  /** Runs a bash script as root. @throws Error with its words when it fails */
  async shell(script: string, ...args: readonly string[]): Promise<string> {
    const { code, output } = await runOnHost(this.instance, "app", script, ...args);
    if (code !== 0) throw new Error(`On the machine app (exit code ${code}): ${output.trim()}`);
    return output.trim();
  }

  /** A command of the agent that only looks. */
  async agent<Answer>(command: "status" | "inspect", request: object): Promise<Answer> {
    // As a unit: who comes by the console is in no control group of the machine and can start no scope.
    const script = `printf %s "$1" | systemd-run --quiet --pipe --wait --collect ${AGENT} ${command}`;
    return JSON.parse(await this.shell(script, JSON.stringify(request))) as Answer;
  }

  status(request: object): Promise<Status> {
    return this.agent<Status>("status", request);
  }

  /** From now on a deployment that comes to the place waits there. */
  async hold(place: HoldPoint): Promise<void> {
    await this.shell('touch "/run/ghrunners-scenarios/hold-$1"', place);
  }

  /** Waits until a deployment waits at the place. */
  async reached(place: HoldPoint): Promise<void> {
    await until(`a deployment waits at "${place}"`, LIMIT_MS, () =>
      this.shell('test -e "/run/ghrunners-scenarios/at-$1" && echo yes', place),
    );
  }

  async release(place: HoldPoint): Promise<void> {
    await this.shell('cd /run/ghrunners-scenarios && rm -f "hold-$1" "at-$1"', place);
  }

  /** Waits until no deployment is open, however it ended, and the guard is idle. */
  async rests(): Promise<void> {
    const look =
      "test ! -e /var/lib/ghrunners/deploy/open && ! systemctl is-active --quiet ghrunners-deploy-guard.service && echo yes";
    await until("no deployment is open on the target", LIMIT_MS, () => this.shell(look));
  }

  /** Ends a process of the agent at once, as the kernel does when memory is short. */
  async killAgent(command: "run" | "watch" | "put"): Promise<void> {
    // The launcher is replaced by the lock's holder, which is replaced by nothing: node is its child.
    await this.shell('kill -KILL $(pgrep --full "^node .*ghrunners-deploy.cjs $1")', command);
  }

  /**
   * Suspends the process that receives an artefact as soon as a part of it is on the disk.
   * @returns bytes of that part
   */
  async suspendReceiver(): Promise<number> {
    return Number(await this.shell(scriptOf("suspend-receiver.sh")));
  }

  async continueReceiver(): Promise<void> {
    await this.shell('kill -CONT $(pgrep --full "^node .*ghrunners-deploy.cjs put")');
  }

  /** Puts a folder in the place of a file that the undo restores: the rollback fails until `clearUndo`. */
  async obstructUndo(): Promise<void> {
    await this.shell('rm "$1" && mkdir -p "$1/thing"', RESTORED);
  }

  async clearUndo(): Promise<void> {
    await this.shell('rm -r "$1"', RESTORED);
  }

  async fault(name: HostFaultName): Promise<void> {
    await setHostFault(this.instance, { name, host: "app" });
  }

  /** Drops what goes between the machine and one address; without one, nothing. */
  async cutOff(address?: string): Promise<void> {
    const rules = address === undefined ? undefined : scriptOf("cut-off.nft").replaceAll("ADDRESS", address);
    const { hosts, network } = topology;
    await new NspawnBackend(this.instance, network.bridge).setFirewall(hosts.app.id, rules);
  }

  /** Ends every fault of the machine; one that was powered off boots again and answers when this returns. */
  async repair(): Promise<void> {
    const ended = await clearHostFaults(this.instance, { host: "app" });
    if (ended.some(({ name }) => name === "stop")) await this.boot();
  }

  async boot(): Promise<void> {
    // A lab that is not there is made as the tests make theirs: with a reviewer.
    const owner = existsSync(this.instance.state) ? ownerOf(this.instance) : "organization";
    await labUp(this.instance, { projectRoot, say: this.say, owner, hosts: ["monitoring", "app"] });
  }
}
