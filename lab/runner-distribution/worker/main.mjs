// An ES module, because GitHub publishes its expression library as one. The build bundles both to CommonJS.
import * as expressions from "@actions/expressions";
import { runWorker } from "./run";

runWorker(expressions);
