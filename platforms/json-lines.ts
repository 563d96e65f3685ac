/** A string, a sign, the end of a line, a number or a word. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[\n[\]{},:]|[^\s"[\]{},:]+/g;

/**
 * The line of each value in a JSON text, by JSON pointer (RFC 6901): `/rows/2` → 31. JSON.parse returns the values without their lines, but findings and error
 * messages must name a line. Told of each key that its object has already, of which JSON.parse keeps the last. The text must be valid JSON.
 */
export function jsonLines(text: string, onRepeated: (pointer: string, line: number) => void = () => {}): Map<string, number> {
  const lines = new Map<string, number>();
  // Where in each array or object that is open: at an index, or at a key.
  const open: { readonly pointer: string; at: number | string }[] = [];
  const place = (pointer: string, at: number) => {
    if (lines.has(pointer)) onRepeated(pointer, at);
    lines.set(pointer, at);
  };
  let line = 1;
  let isKey = false;
  for (const [token] of text.matchAll(TOKEN)) {
    const inside = open.at(-1);
    const pointer = () => (inside === undefined ? '' : `${inside.pointer}/${inside.at}`);
    switch (token) {
      case '\n':
        line++;
        break;
      case ',':
        if (typeof inside?.at === 'number') inside.at++;
        else isKey = true;
        break;
      case ':':
        isKey = false;
        break;
      case '{':
      case '[':
        place(pointer(), line);
        open.push({ pointer: pointer(), at: token === '[' ? 0 : '' });
        isKey = token === '{';
        break;
      case '}':
      case ']':
        open.pop();
        isKey = false;
        break;
      default:
        if (isKey && inside !== undefined) inside.at = escapePointer(JSON.parse(token) as string);
        else place(pointer(), line);
    }
  }
  return lines;
}

/** The line of a value, or of the nearest that holds it. */
export function lineOf(lines: ReadonlyMap<string, number>, pointer: string): number {
  for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const line = lines.get(at);
    if (line !== undefined) return line;
  }
  return lines.get('') ?? 1;
}

/** A path as a JSON pointer. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${escapePointer(String(part))}`).join('');
}

function escapePointer(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}
