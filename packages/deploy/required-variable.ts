/** @throws Error if the workflow does not set the variable, or leaves it empty */
export function requiredVariable(variables: Readonly<Record<string, string | undefined>>, name: string): string {
  const value = variables[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set. Expected the workflow to set it.`);
  return value;
}
