/** Stands before the two parts of a double star with a slash, which may both be left out. */
const PERHAPS = '(**)';

/**
 * A glob as a function of ids: `*` stands for anything without a `/`, `?` for one character but `/`, and `**` as a whole folder for any folders or none.
 * It follows all readings side by side, so that it takes no longer than the id times the glob; the regular expressions that libraries make of
 * `*a*a*a*a` go back over what they have read, for ever.
 */
export function glob(pattern: string): (id: string) => boolean {
  const folders = pattern.split('/');
  const parts = folders.flatMap((folder, i) => {
    const slash = i === folders.length - 1 ? [] : ['/'];
    if (folder === '**') return slash.length === 0 ? ['**'] : [PERHAPS, '**', ...slash];
    return [...folder.replace(/\*+/g, '*'), ...slash];
  });
  return (id) => {
    let reached = new Uint8Array(parts.length + 1);
    reached[0] = 1;
    pass(parts, reached);
    for (const character of id) {
      const next = new Uint8Array(parts.length + 1);
      let goesOn = false;
      for (let i = 0; i < parts.length; i++) {
        const part = parts[i];
        if (reached[i] === 0 || part === PERHAPS) continue;
        const stays = part === '**' || (part === '*' && character !== '/');
        if (!stays && part !== character && (part !== '?' || character === '/')) continue;
        next[stays ? i : i + 1] = 1;
        goesOn = true;
      }
      if (!goesOn) return false;
      reached = next;
      pass(parts, reached);
    }
    return reached[parts.length] === 1;
  };
}

/** Reaches what is reached without a character. */
function pass(parts: readonly string[], reached: Uint8Array): void {
  parts.forEach((part, i) => {
    if (reached[i] === 0) return;
    if (part === PERHAPS) reached[i + 3] = 1;
    if (part === PERHAPS || part === '**' || part === '*') reached[i + 1] = 1;
  });
}
