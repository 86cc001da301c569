import { deploymentStates, installed } from "../../unit/runbooks/deployment-states";
import { Operator } from "../../unit/runbooks/operator";
import { rehearseSections } from "../../unit/runbooks/rehearse";
import { Rehearsal } from "@ghrunners/lab/driver/rehearsal";
import { undoneAfter } from "../../support/undone-after";

/** No runner is needed: the deployments come from this machine. */
describe("runbooks of deployments in the states that they are for", () => {
  let rehearsal: Rehearsal;
  const undo = undoneAfter();
  let operator: Operator;

  before(async () => {
    rehearsal = await Rehearsal.open();
    await rehearsal.labCommand("host", "up", "app");
    operator = new Operator(rehearsal);
    undo(() => operator.close());
    await installed("1");
  });

  rehearseSections(deploymentStates, () => ({ rehearsal, operator }));
});
