import { Operator } from "../unit/runbooks/operator";
import { rehearseSections } from "../unit/runbooks/rehearse";
import { states } from "../unit/runbooks/states";
import { Rehearsal } from "@ghrunners/lab/driver/rehearsal";

describe("runbooks in the states that they are for", function () {
  this.timeout(240_000);
  let rehearsal: Rehearsal;
  let operator: Operator;

  before(async () => {
    rehearsal = await Rehearsal.ready();
    operator = new Operator(rehearsal);
  });
  after(() => operator.close());

  rehearseSections(states, () => ({ rehearsal, operator }));
});
