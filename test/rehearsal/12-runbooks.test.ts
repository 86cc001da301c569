import { Operator } from "../runbooks/operator";
import { rehearseSections } from "../runbooks/rehearse";
import { states } from "../runbooks/states";
import { Rehearsal } from "./support/rehearsal";

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
