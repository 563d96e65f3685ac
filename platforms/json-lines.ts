/**
 * The line of each value in a JSON text, by JSON pointer (RFC 6901): `/rows/2` → 31. JSON.parse returns the values without their lines, but findings and error
 * messages must name a line. The text must be valid JSON.
 */
export function jsonLines(text: string): Map<string, number> {
  const lines = new Map<string, number>();
  const open: { pointer: string; index: number; key: string | undefined }[] = [];
  let line = 1;
  let afterColon = false;

  const pointer = () => {
    const inside = open.at(-1);
    return inside === undefined ? '' : `${inside.pointer}/${inside.key ?? inside.index}`;
  };
  for (let i = 0; i < text.length; i++) {
    const character = text[i] as string;
    switch (character) {
      case '\n':
        line++;
        break;
      case '{':
      case '[': {
        lines.set(pointer(), line);
        // An object's key is known once it was read; an array counts.
        open.push({ pointer: pointer(), index: 0, key: character === '{' ? '' : undefined });
        afterColon = false;
        break;
      }
      case '}':
      case ']':
        open.pop();
        break;
      case ',': {
        const inside = open.at(-1);
        if (inside !== undefined) inside.index++;
        afterColon = false;
        break;
      }
      case ':':
        afterColon = true;
        break;
      case '"': {
        const end = endOfString(text, i);
        const inside = open.at(-1);
        if (inside?.key !== undefined && !afterColon) inside.key = escapePointer(JSON.parse(text.slice(i, end + 1)) as string);
        else lines.set(pointer(), line);
        i = end;
        break;
      }
      default:
        if (/[-\dtfn]/.test(character)) {
          lines.set(pointer(), line);
          while (/[-+.\w]/.test(text[i + 1] ?? '')) i++;
        }
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

function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i;
}
