/** A module beside this one, as a program to start: `.ts` where the sources run, `.js` where they were emitted. */
export function sibling(self: string, name: string): URL {
  return new URL(`./${name}${self.endsWith('.ts') ? '.ts' : '.js'}`, self);
}
