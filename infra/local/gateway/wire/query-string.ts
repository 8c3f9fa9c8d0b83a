/** Decodes a query string to name → values, in their order. `+` means a space. */
export function multiValueQueryParameters(rawQueryString: string): Record<string, string[]> {
  const groups = Map.groupBy(new URLSearchParams(rawQueryString), ([name]) => name);
  return Object.fromEntries([...groups].map(([name, group]) => [name, group.map(([, value]) => value)]));
}
