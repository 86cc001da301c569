import { Operator } from "../../unit/runbooks/operator";
import { rehearseSections } from "../../unit/runbooks/rehearse";
import { states } from "../../unit/runbooks/states";
import { Rehearsal } from "@ghrunners/lab/driver/rehearsal";
import { undoneAfter } from "../../support/undone-after";

describe("runbooks in the states that they are for", () => {
  let rehearsal: Rehearsal;
  const undo = undoneAfter();
  let operator: Operator;

  before(async () => {
    rehearsal = await Rehearsal.ready();
    operator = new Operator(rehearsal);
    undo(() => operator.close());
  });

  rehearseSections(states, () => ({ rehearsal, operator }));
});
