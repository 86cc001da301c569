import type { ReviewKind } from "../kinds";
import type { Template } from "../template";
import { checklist } from "./checklist";
import { postmortem } from "./postmortem";
import { review } from "./review";

/** The three documents that are filled from records. */
export const templates: Readonly<Record<ReviewKind, Template>> = { review, postmortem, checklist };
