/** What a page shows lies in its address, behind `#`: a link carries it, and back and forward go through it. It comes from anywhere: who reads it takes what it knows. */

export function readHash(): URLSearchParams {
  return new URLSearchParams(location.hash.slice(1));
}

/** An address that names a part of the page, as the link to the content does, says nothing of the state. */
export function namesPart(): boolean {
  return location.hash.length > 1 && !location.hash.includes('=');
}

/** What is as it is at first is not written. `replace`: the address before it is no place to go back to. */
export function writeHash(values: Readonly<Record<string, string>>, { replace }: { readonly replace: boolean }): void {
  const parameters = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ''));
  const hash = `#${parameters}`;
  if (hash === location.hash || (hash === '#' && location.hash === '')) return;
  // Without any, the address still has to change: a link to `#` would go to the top.
  const target = hash === '#' ? '#all=1' : hash;
  if (replace) location.replace(target);
  else location.assign(target);
}
