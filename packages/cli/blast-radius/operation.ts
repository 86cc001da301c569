/** What is done to a resource, the most disruptive first. */
export const operations = ["delete", "replace", "update", "create", "import"] as const;
export type Operation = (typeof operations)[number];
