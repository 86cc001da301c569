/** Commands that change one setting of a stack. Pure. */

const keyOf = (path: string): string => (/[.[]/.test(path) ? `--path 'ghrunners:${path}'` : `ghrunners:${path}`);

/** The command that sets a value; `value` is a word of the shell, quoted where it needs that. */
export const setCommand = (path: string, value: string): string => `pulumi config set ${keyOf(path)} ${value}`;

/** The command that removes a setting, an entry of a list, or a whole group. */
export const removeCommand = (path: string): string => `pulumi config rm ${keyOf(path)}`;

/** Words that stand for a value which only the reader knows. No setting accepts them, so none is taken by mistake. */
export const blank = (what: string): string => `'<${what}>'`;
