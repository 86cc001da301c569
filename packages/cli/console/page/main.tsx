/** The page of `ghrunners console`. */
import { showPage } from "./app";

showPage();
