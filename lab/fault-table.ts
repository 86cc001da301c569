/** The table of `npm run lab -- fault list`. Pure. */
import { textTable } from "@ghrunners/core/text-table";
import { doctorRounds } from "./driver/doctor-cases";
import { faults, type LabFault } from "./faults";

const said = new Map(doctorRounds.flat().map((each) => [each.fault, each]));

/** A cell of the document as plain text. */
const plain = (markdown: string): string => markdown.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll("`", "");

function rowOf({ name, target }: LabFault): string[] {
  const { tells = [], next = "", mends = "" } = said.get(name) ?? {};
  const seen = tells.length === 0 ? "nothing" : tells.join(", ");
  const step = tells.length === 0 ? next : `... ${next.replace(" --stack STACK", "")} ...`;
  return [target === "service" ? name : `${name} <${target}>`, seen, plain(step), plain(mends)];
}

function aboutOf({ about, parameters }: LabFault): string {
  const words = Object.entries(parameters).map(([key, value]) => `${key}=${value ?? "..."}`);
  return `    ${plain(about)}${words.length === 0 ? "" : ` (${words.join(" ")})`}`;
}

/** Each fault in two lines: what `ghrunners doctor` sees of it and what mends it, then what it does. */
export function faultTable(): string[] {
  const [head = "", ...rows] = textTable([
    ["fault", "ghrunners doctor says", "next, or why nothing", "does that mend it"],
    ...faults.map(rowOf),
  ]);
  return [head, ...rows.flatMap((row, index) => [row, ...faults.slice(index, index + 1).map(aboutOf)])];
}
