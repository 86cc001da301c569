/** The lab's faults as buttons, and what is set now. */
import { useEffect, useState } from "preact/hooks";
import { useLive } from "@ghrunners/cli/console/page/live";
import { State } from "@ghrunners/cli/console/page/parts";
import type { FaultPanel, FaultSubject, FaultPanelAction, ShownFault } from "../panel";

const URL = "/api/faults";
const EVERY_MS = 2_000;
/** A host that was powered off boots before the answer comes. */
const LIMIT_MS = 120_000;

/** @throws Error with the server's words */
async function send(press: FaultPanelAction, token: string): Promise<FaultPanel> {
  const response = await fetch(URL, {
    method: "POST",
    headers: { "content-type": "application/json", "x-token": token },
    body: JSON.stringify(press),
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  if (!response.ok) throw new Error((await response.text()).trim());
  return (await response.json()) as FaultPanel;
}

interface Buttons {
  /** Undefined: none is being pressed. */
  readonly pressed: FaultPanelAction | undefined;
  readonly press: (press: FaultPanelAction) => void;
}

/** A button that stays in place while it works: a disabled one would lose the keyboard's focus. */
function Button(props: {
  readonly text: string;
  readonly label: string;
  readonly of: FaultPanelAction;
  readonly buttons: Buttons;
}) {
  const { text, label, of, buttons } = props;
  const isBusy = JSON.stringify(buttons.pressed) === JSON.stringify(of);
  return (
    <button
      type="button"
      aria-label={label}
      aria-disabled={buttons.pressed !== undefined}
      onClick={() => buttons.pressed === undefined && buttons.press(of)}
    >
      {isBusy ? "..." : text}
    </button>
  );
}

/** Makes the fault, or clears it while it is set. */
function Toggle(props: { readonly subject: FaultSubject; readonly fault: ShownFault; readonly buttons: Buttons }) {
  const { subject, fault, buttons } = props;
  const text = fault.isSet ? "Clear" : "Make";
  const of: FaultPanelAction = { do: fault.isSet ? "clear" : "make", fault: fault.name, target: subject.target };
  return <Button text={text} label={`${text} ${fault.name}: ${subject.title}`} of={of} buttons={buttons} />;
}

function Active({ subjects, buttons }: { readonly subjects: readonly FaultSubject[]; readonly buttons: Buttons }) {
  const set = subjects.flatMap((subject) =>
    subject.faults.filter(({ isSet }) => isSet).map((fault) => ({ subject, fault })),
  );
  if (set.length === 0) return <p>No fault is set.</p>;
  return (
    <>
      <ul class="faults">
        {set.map(({ subject, fault }) => (
          <li key={`${fault.name} ${subject.title}`}>
            <p>
              <State of={{ tone: "bad", text: `${fault.name}: ${subject.title}` }} />
            </p>
          </li>
        ))}
      </ul>
      <Button text="Clear all" label="Clear all faults" of={{ do: "clear-all" }} buttons={buttons} />
    </>
  );
}

function Panel({ subjects, buttons }: { readonly subjects: readonly FaultSubject[]; readonly buttons: Buttons }) {
  const [title, setTitle] = useState(subjects[0]?.title);
  const subject = subjects.find((each) => each.title === title) ?? subjects[0];
  return (
    <>
      <Active subjects={subjects} buttons={buttons} />
      <p>
        <label>
          Break{" "}
          <select value={subject?.title} onChange={({ currentTarget }) => setTitle(currentTarget.value)}>
            {subjects.map((each) => (
              <option key={each.title}>{each.title}</option>
            ))}
          </select>
        </label>
      </p>
      <ul class="faults">
        {subject?.faults.map((fault) => (
          <li key={`${subject.title} ${fault.name}`} class={fault.isSet ? "set" : ""}>
            <p>
              <b>{fault.name}</b> <span class="quiet">{fault.about}</span>
            </p>
            <Toggle subject={subject} fault={fault} buttons={buttons} />
          </li>
        ))}
      </ul>
    </>
  );
}

export function Faults() {
  const { value, lost } = useLive<FaultPanel>(URL, EVERY_MS);
  const [answered, setAnswered] = useState<FaultPanel>();
  const [pressed, setPressed] = useState<FaultPanelAction>();
  const [problem, setProblem] = useState<string>();
  // What was read after an answer is newer than the answer.
  useEffect(() => setAnswered(undefined), [value]);
  const panel = answered ?? value;
  const press = (what: FaultPanelAction): void => {
    setPressed(what);
    setProblem(undefined);
    send(what, panel?.token ?? "")
      .then(setAnswered, (error: Error) => setProblem(error.message))
      .finally(() => setPressed(undefined));
  };
  const wrong = problem ?? (lost === undefined ? undefined : `The faults cannot be read: ${lost}`);
  return (
    <aside aria-labelledby="faults">
      <h2 id="faults">Faults of the lab</h2>
      <p class="quiet">Break something, and watch what the stack does. On a terminal: npm run lab -- fault list</p>
      {wrong === undefined ? null : (
        <p role="alert">
          <State of={{ tone: "bad", text: wrong }} />
        </p>
      )}
      {panel === undefined ? (
        <p>The faults are being read.</p>
      ) : (
        <Panel subjects={panel.subjects} buttons={{ pressed, press }} />
      )}
    </aside>
  );
}
