import { basename, extname } from 'node:path';
import { MEANINGS } from '../language/code.ts';
import { jsonText } from '../report/json-text.ts';
import { asArgument } from './skeleton-file.ts';

/** The skeletons of `sockatlas new table`. Each is a right table: `sockatlas check` finds nothing in it above a note. */

export type JsonApi = 'posix' | 'winsock';

export interface Skeleton {
  readonly text: string;
  /** What to do next, after "written to mine.json; ". */
  readonly next: string;
}

/** By the name's ending; undefined for one that no table has. */
export function tableSkeleton(file: string, api: JsonApi): Skeleton | undefined {
  const ending = extname(file);
  if (ending === '.c') return { text: cTable(file), next: 'the comment at its top says how to compile and check it' };
  const text = ending === '.json' ? jsonTable(file, api) : /^\.m?[jt]s$/.test(ending) ? moduleTable(file) : undefined;
  return text === undefined ? undefined : { text, next: `check it with: sockatlas check ${asArgument(file)}` };
}

/** JSON has no comments: notes stand for them. */
function jsonTable(file: string, api: JsonApi): string {
  const isWinsock = api === 'winsock';
  const table = {
    name: libraryName(file),
    versions: '>=1.0 <2',
    label: '1',
    api,
    calls: ['recv', 'send'],
    sources: ['Where the code is that this table describes: https://example.org/mine.c#L10-L40'],
    note:
      'A note about the whole table. The first row that matches is used. Each of positive, zero and negative needs a last row without codes. ' +
      'The schema of this file: classification/table.schema.json in sockatlas; "$schema" may name a copy of it.',
    classes: {
      data: { meaning: 'data', note: `The meanings: ${MEANINGS.join(', ')}` },
      wait: { meaning: 'would-block' },
      end: { meaning: 'end' },
      reset: { meaning: 'reset' },
      error: { meaning: 'other', value: -1, note: 'value: the number of the class in your code, if it has one' },
    },
    rows: [
      { ret: 'positive', class: 'data' },
      { ret: 'zero', class: 'end', note: '0 means the end only for recv; if your code treats recv and send differently, write one table for each' },
      {
        ret: 'negative',
        codes: isWinsock ? ['WSAEWOULDBLOCK'] : ['EAGAIN', 'EWOULDBLOCK'],
        class: 'wait',
        note: isWinsock
          ? 'Winsock sets codes that begin with WSA; ECONNRESET without WSA is a code of the C runtime'
          : 'They are the same number on Linux, and two numbers on some systems',
      },
      { ret: 'negative', codes: [isWinsock ? 'WSAECONNRESET' : 'ECONNRESET'], class: 'reset' },
      { ret: 'negative', codes: [isWinsock ? 'WSAESHUTDOWN' : 'EPIPE'], class: 'end', note: 'A send after the connection has ended' },
      { ret: 'negative', class: 'error', note: 'All other codes' },
    ],
  };
  return jsonText(table);
}

function libraryName(file: string): string {
  const name = basename(file, '.json').toLowerCase();
  return name.replace(/[^a-z0-9._-]+/g, '-').replace(/^[^a-z0-9]+/, '') || 'mine';
}

function moduleTable(file: string): string {
  const isTypescript = /\.m?ts$/.test(file);
  const type = (name: string) => (isTypescript ? `: ${name}` : '');
  return `// A classification table as a function. Check it with: sockatlas check ${asArgument(file)}

${isTypescript ? "type Platform = 'linux' | 'darwin' | 'windows';\n\n" : ''}// What your classes mean: ${MEANINGS.slice(0, 5).join(', ')},
// ${MEANINGS.slice(5).join(', ')}. Without this export, classify must return one of these words.
export const classes = {
  DATA: 'data',
  WAIT: 'would-block',
  END: 'end',
  RESET: 'reset',
  ERROR: 'other',
};

// The calls for which classify is used: recv, send, accept, connect. Default: recv and send.
export const calls = ['recv', 'send'];

// The API whose codes it classifies: 'posix' or 'winsock'. Default: both.
// export const api = 'posix';

const WOULD_BLOCK${type('Record<Platform, number[]>')} = { linux: [11], darwin: [35], windows: [10035] };
const RESET${type('Record<Platform, number[]>')} = { linux: [104], darwin: [54], windows: [10054] };
// EPIPE and WSAESHUTDOWN: a send after the connection has ended.
const ENDED${type('Record<Platform, number[]>')} = { linux: [32], darwin: [32], windows: [10058] };

/**
 * ret: what the call returned.
 * code: errno or WSAGetLastError(); 0 where the call did not fail.
 * call: 'recv', 'send', 'accept' or 'connect'.
 * platform: the platform of the code: 'linux', 'darwin' or 'windows'.
 */
export function classify(ret${type('number')}, code${type('number')}, call${type('string')}, platform${type('Platform')})${type('string')} {
  if (ret > 0) return 'DATA';
  // 0 means the end only for recv; a send that returns 0 has sent nothing.
  if (ret === 0) return call === 'recv' ? 'END' : 'DATA';
  if (WOULD_BLOCK[platform].includes(code)) return 'WAIT';
  if (RESET[platform].includes(code)) return 'RESET';
  if (ENDED[platform].includes(code)) return 'END';
  return 'ERROR';
}
`;
}

function cTable(file: string): string {
  const source = basename(file);
  const name = basename(file, '.c');
  const classes = '--meanings 1=data,0=end,-1=other,-2=would-block,-3=reset';
  return `/*
 * A classification table as a C function, for sockatlas check. Compile it to a shared library:
 *
 *   Linux:    cc -shared -fPIC -o lib${name}.so ${source}
 *   macOS:    cc -shared -fPIC -o lib${name}.dylib ${source}
 *   Windows:  cl /LD ${source}
 *   MinGW:    gcc -shared -o ${name}.dll ${source}
 *
 * Check it, and give the meaning of each number that it returns (on Windows ./${name}.dll:classify):
 *
 *   sockatlas check ./lib${name}.so:classify ${classes}
 *
 * The check uses the codes of the system for which the library was built; with --api posix,winsock it uses both. It checks recv and send; with
 * --calls recv only recv.
 *
 * The meanings: ${MEANINGS.slice(0, 6).join(', ')},
 * ${MEANINGS.slice(6).join(', ')}.
 */
#ifdef _WIN32
#include <winsock2.h>
#define EXPORT __declspec(dllexport)
#else
#include <errno.h>
#define EXPORT
#endif

enum { IS_DATA = 1, IS_END = 0, IS_ERROR = -1, IS_WAIT = -2, IS_RESET = -3 };

/*
 * ret: what the call returned.
 * code: errno or WSAGetLastError(); 0 where the call did not fail.
 */
EXPORT int classify(long ret, int code) {
  if (ret > 0) return IS_DATA;
  if (ret == 0) return IS_END;
#ifdef _WIN32
  if (code == WSAEWOULDBLOCK) return IS_WAIT;
  if (code == WSAECONNRESET) return IS_RESET;
  if (code == WSAESHUTDOWN) return IS_END; /* a send after the connection has ended */
#else
  if (code == EAGAIN || code == EWOULDBLOCK) return IS_WAIT;
  if (code == ECONNRESET) return IS_RESET;
  if (code == EPIPE) return IS_END; /* a send after the connection has ended */
#endif
  return IS_ERROR;
}
`;
}
