// The call is saved: its draft goes, and Enter takes the next call.
import { forgetSent } from "./intake_draft.js";

forgetSent();
document.querySelector("[data-cg-next]").focus();
