import { basename, extname } from 'node:path';
import { MEANINGS } from '../language/code.ts';
import { UsageError } from './errors.ts';
import { writeSkeleton } from './skeleton-file.ts';

/** `sockatlas new policy <file>`: a commented skeleton that closes everywhere. @throws UsageError for a file that exists already, or another ending */
export async function newPolicy(file: string): Promise<number> {
  if (!/^\.m?[jt]s$/.test(extname(file))) throw new UsageError(`${file}: a policy is a module; name a .js, .mjs, .ts or .mts file`);
  return writeSkeleton(file, skeleton(file), `play it with: sockatlas close --policy ${file}`);
}

function skeleton(file: string): string {
  const isTyped = /\.m?ts$/.test(file);
  const types = isTyped
    ? `
interface Answer {
  ret: number;
  code: number;
  name?: string;
  meaning: ${MEANINGS.map((meaning) => `'${meaning}'`).join(' | ')};
  class?: string;
}
`
    : '';
  const as = (type: string) => (isTyped ? `: ${type}` : '');
  return `// A close policy: from what recv returns, it decides whether to close the connection.
// Play it over the traces of every platform with: sockatlas close --policy ${basename(file)}
${types}
export const policy = {
  name: '${nameOf(file)}',

  // The state at the start, as plain JSON: all that the policy remembers. null: nothing. { errors: 0 }: a counter.
  start: null,

  // Called once for each recv. It must return { action: 'close' or 'keep', why, state }, with the state for the next
  // recv. The result must depend only on the arguments. The arguments must not be changed.
  //   answer.ret      what recv returned: bytes, 0 at the end of the stream, -1
  //   answer.code     errno or WSAGetLastError(), 0 if recv did not fail
  //   answer.name     the code's name: 'ECONNRESET', 'WSAECONNRESET'
  //   answer.meaning  the same on every platform, one of: ${MEANINGS.join(', ')}
  //   answer.class    the class that a library's table gives, with: sockatlas close mongoose@7.16 --policy ${basename(file)}
  poll(state${as('null')}, { answer }${as('{ answer: Answer }')}) {
    if (answer.ret > 0) return { action: 'keep', why: 'data', state };
    if (answer.ret === 0) return { action: 'close', why: 'the end of the stream', state };
    if (answer.meaning === 'would-block' || answer.meaning === 'interrupted') return { action: 'keep', why: 'no data yet', state };
    // Every other error closes. A policy that waits for one specific code here never closes on a platform that reports another code.
    return { action: 'close', why: \`recv failed with \${answer.name}\`, state };
  },

  // Called with the readiness, before recv. It may decide to close. Without this function, recv is called whenever the socket is readable.
  // ready(state, readiness) {
  //   return readiness.err ? { action: 'close', why: 'poll reports an error', state } : undefined;
  // },
};
`;
}

function nameOf(file: string): string {
  return basename(file, extname(file)).replace(/[^\w.-]+/g, '-') || 'mine';
}
