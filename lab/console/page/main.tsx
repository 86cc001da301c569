/** The console's page with the lab's faults beside each view. */
import { showPage } from "@ghrunners/cli/console/page/app";
import { Faults } from "./faults";
import "./style.css";

showPage(<Faults />);
