import { writeFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { MEANINGS } from '../platforms/code.ts';
import { EnvironmentError, EXIT, UsageError } from './errors.ts';
import { say } from './output.ts';

export interface NewTableArguments {
  /** Whose codes a JSON table names. */
  readonly api?: string;
}

/** `sockatlas new table <file>`: a commented skeleton, by the name's ending. @throws UsageError for a file that exists already, or another ending */
export async function newTable(file: string, { api = 'posix' }: NewTableArguments): Promise<number> {
  if (api !== 'posix' && api !== 'winsock') throw new UsageError(`--api ${JSON.stringify(api)}: choose posix or winsock`);
  const ending = extname(file);
  const text = ending === '.json' ? jsonTable(file, api) : /^\.m?[jt]s$/.test(ending) ? moduleTable(file) : undefined;
  if (text === undefined) throw new UsageError(`${file}: a table is a .json file of rows, or a .js, .mjs, .ts or .mts module`);
  try {
    writeFileSync(file, text, { flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new UsageError(`${file} exists already; it is left as it is`);
    throw new EnvironmentError(message);
  }
  say(`written to ${file}; check it with: sockatlas check ${/^[\w.@-]/.test(file) && !file.includes('/') ? `./${file}` : file}`);
  return EXIT.conforms;
}

/** JSON has no comments: notes say it. */
function jsonTable(file: string, api: 'posix' | 'winsock'): string {
  const name = (code: string) => (api === 'winsock' ? `WSA${code}` : code);
  const table = {
    $schema: 'https://unpkg.com/sockatlas/classification/table.schema.json',
    name:
      basename(file, '.json')
        .toLowerCase()
        .replace(/[^a-z0-9._-]+/g, '-')
        .replace(/^[^a-z0-9]+/, '') || 'mine',
    versions: '>=1.0',
    label: '1.0+',
    api,
    calls: ['recv', 'send'],
    sources: ['Where the code is that this is read from: a URL, with its line'],
    note: 'What is true of the whole table. Rows are read from the top, and the first that matches counts; each of the three returns needs a last row without codes.',
    classes: {
      data: { meaning: 'data', note: `A class has one meaning of: ${MEANINGS.join(', ')}` },
      wait: { meaning: 'would-block' },
      end: { meaning: 'end' },
      reset: { meaning: 'reset' },
      error: { meaning: 'other', value: -1, note: 'value: its number in your code, where it has one' },
    },
    rows: [
      { ret: 'positive', class: 'data' },
      { ret: 'zero', class: 'end', note: 'recv alone returns 0 at an end: a table for send is another one' },
      {
        ret: 'negative',
        codes: api === 'winsock' ? ['WSAEWOULDBLOCK'] : ['EAGAIN', 'EWOULDBLOCK'],
        class: 'wait',
        note: api === 'winsock' ? 'Names with WSA: Winsock gives none of the C runtime’s E… numbers' : 'Two names of one number here, of two elsewhere',
      },
      { ret: 'negative', codes: [name('ECONNRESET')], class: 'reset' },
      { ret: 'negative', class: 'error', note: 'Every other code' },
    ],
  };
  return `${JSON.stringify(table, undefined, 2)}\n`;
}

function moduleTable(file: string): string {
  const type = (name: string) => (/\.m?ts$/.test(file) ? `: ${name}` : '');
  return `// A classification table as a function, for \`sockatlas check ./${basename(file)}\`. It runs in a process of its own.

// What your classes mean. Without this export, classify returns one of the meanings itself:
// ${MEANINGS.join(', ')}
export const classes = {
  DATA: 'data',
  WAIT: 'would-block',
  END: 'end',
  RESET: 'reset',
  ERROR: 'other',
};

// Which calls it is asked about, of recv, send, accept and connect; recv and send where it is not said.
export const calls = ['recv', 'send'];

// Whose codes it knows, where not both: 'posix' or 'winsock'.
// export const api = 'posix';

const WOULD_BLOCK = { linux: [11], darwin: [35], windows: [10035] };
const RESET = { linux: [104, 32], darwin: [54, 32], windows: [10054] };

/**
 * ret: what the call returned. code: errno or WSAGetLastError(), 0 where it did not fail. call: the call. platform: whose code it is, 'linux', 'darwin'
 * or 'windows'.
 */
export function classify(ret${type('number')}, code${type('number')}, call${type('string')}, platform${type("'linux' | 'darwin' | 'windows'")})${type('string')} {
  if (ret > 0) return 'DATA';
  // A send that returns 0 has written nothing: only for recv is it the end.
  if (ret === 0) return call === 'recv' ? 'END' : 'DATA';
  if (WOULD_BLOCK[platform].includes(code)) return 'WAIT';
  if (RESET[platform].includes(code)) return 'RESET';
  return 'ERROR';
}
`;
}
