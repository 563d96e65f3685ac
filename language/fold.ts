/** Equal neighbours as one, with how many they are. */
export function fold(texts: readonly string[]): { readonly text: string; readonly times: number }[] {
  const groups: { text: string; times: number }[] = [];
  for (const text of texts) {
    const last = groups.at(-1);
    if (last?.text === text) last.times++;
    else groups.push({ text, times: 1 });
  }
  return groups;
}
