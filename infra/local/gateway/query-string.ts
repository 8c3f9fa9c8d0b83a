/** Decoded query parameters by name, every value in the order sent. `+` means a space. */
export function multiValueQueryParameters(rawQueryString: string): Record<string, string[]> {
  const groups = Map.groupBy(new URLSearchParams(rawQueryString), ([name]) => name);
  return Object.fromEntries([...groups].map(([name, group]) => [name, group.map(([, value]) => value)]));
}
