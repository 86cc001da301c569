/** Faults that strike a process or a machine, some of them in the middle of a call of the file system. */
import { type StartFault, type SimulationFault, nothing, type RunState } from "./fault";
import type { HostProcess, SimulatedHost } from "./host";

/** The process that something is to happen to may not be there yet: it is looked for so long, ms. */
const PATIENCE_MS = 20_000;

export function whenThere(
  state: RunState,
  fault: SimulationFault,
  find: () => HostProcess | undefined,
  act: (process: HostProcess) => void,
): () => void {
  const { loop } = state.site;
  const until = loop.now + PATIENCE_MS;
  const look = (): void => {
    const found = find();
    if (found !== undefined) {
      state.happened.add(fault.kind);
      act(found);
    } else if (loop.now < until) loop.later(100, look);
  };
  look();
  return nothing;
}

export const agentAtWork =
  ({ site }: RunState) =>
  (): HostProcess | undefined =>
    site.target.holderOf("deploy");
/** One that waits for no lock, or for the senders' alone. */
export const agentBeside =
  ({ site }: RunState) =>
  (): HostProcess | undefined =>
    [...site.target.processes].find((process) => / agent (renew|give-up|sent|claim|release) /.test(process.name));
export const deployerAtWork =
  ({ deployers }: RunState) =>
  (): HostProcess | undefined =>
    [...deployers.atWork][0];

/** Somewhere in the next calls of the file system that the agent makes. */
export const inTheMiddle =
  (
    onFatalCall: (state: RunState, fault: SimulationFault, process: HostProcess) => void,
    find = agentAtWork,
    most = 250,
  ): StartFault =>
  (state, fault) =>
    whenThere(state, fault, find(state), (process) => {
      const calls = 1 + Math.floor(fault.amount * most);
      process.fatalCall = process.calls + calls;
      process.onFatalCall = () => {
        state.site.loop.note(`${fault.kind} in call ${calls} from now of ${process.name}`);
        onFatalCall(state, fault, process);
      };
    });

/** The kernel lets others run for a while. */
export function pause({ site }: RunState, { seconds }: SimulationFault, process: HostProcess): void {
  process.stop();
  site.loop.takeTime(seconds * 100, process);
  process.goOn();
}

export function stopped(find: (state: RunState) => () => HostProcess | undefined): StartFault {
  return (state, fault) =>
    whenThere(state, fault, find(state), (process) => {
      process.stop();
      state.site.loop.note(`${process.name} is stopped for ${fault.seconds} s`);
      state.site.loop.later(fault.seconds * 1000, () => process.goOn());
    });
}

export function powerCut({ site }: RunState, host: SimulatedHost, seconds: number): void {
  host.powerOff();
  site.loop.later(seconds * 1000, () => site.boot(host));
}
