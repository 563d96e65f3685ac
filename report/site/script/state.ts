/** What a page shows lies in its address, behind `#`: a link carries it, and back and forward go through it. It comes from anywhere: who reads it takes what it knows. */

/** How long nothing was typed when it is written: a browser takes only so many addresses in a second. */
const QUIET_MS = 150;

let pending: ReturnType<typeof setTimeout> | undefined;

function readHash(): URLSearchParams {
  return new URLSearchParams(location.hash.slice(1));
}

/** What is as it is at first is not written, so that '' is left out. `typing`: the address before it is no place to go back to, and there will be others soon. */
export function writeHash(values: Readonly<Record<string, string>>, { typing }: { readonly typing: boolean }): void {
  clearTimeout(pending);
  pending = undefined;
  const parameters = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ''));
  // Without any, the address has something behind `#` all the same: a link to nothing would go to the top.
  const target = `#${parameters.size === 0 ? 'all=1' : parameters}`;
  if (target === location.hash) return;
  if (!typing) location.assign(target);
  else {
    pending = setTimeout(() => {
      pending = undefined;
      location.replace(target);
    }, QUIET_MS);
  }
}

/** Reads the address now, and whenever somebody else has changed it. One that names a part of the page, as the link to the content does, says nothing of the state. */
export function onHash(read: (hash: URLSearchParams) => void): void {
  const namesPart = () => location.hash.length > 1 && !location.hash.includes('=');
  addEventListener('hashchange', () => {
    if (pending === undefined && !namesPart()) read(readHash());
  });
  read(namesPart() ? new URLSearchParams() : readHash());
}
