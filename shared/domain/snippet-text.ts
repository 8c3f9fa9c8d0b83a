/** A line of a program, not of this one. */
export const importing = (names: string, from: string) => `import ${names} from '${from}';`;

/** A call in a program, not in this one. */
export const calling = (what: string, values = '') => `${what}(${values})`;

/** A string of JavaScript, TypeScript and Python, which read JSON's double quotes alike; nothing is interpolated in them. */
export const quoted = (value: string) => JSON.stringify(value);

/** A word of a POSIX shell, in which single quotes mean nothing but themselves. */
export const shellWord = (value: string) => `'${value.replaceAll("'", `'\\''`)}'`;
