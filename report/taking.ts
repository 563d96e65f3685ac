import { namesIn, parseToken } from '../language/token.ts';

/**
 * What a first call leaves to a second. `takes`: called first, the second would have reported an error, and now it does not report that one; `may take`: in some of several
 * possible answers. `other`: another answer than it would have given as the first call, for another reason.
 */
export type Taking = 'same' | 'takes' | 'may take' | 'other';

/** `alone`: each answer that the second call may give where none was made before it; `answers`: those that it may give after the first. */
export function takingOf(alone: readonly string[], answers: readonly string[]): Taking {
  if (answers.length === 0 || alone.join() === answers.join()) return 'same';
  const errors = new Set(alone.flatMap(errorsIn));
  if (errors.size === 0) return 'other';
  const silent = answers.filter((answer) => !errorsIn(answer).some((error) => errors.has(error)));
  return silent.length === answers.length && alone.every(tellsError) ? 'takes' : silent.length > 0 ? 'may take' : 'other';
}

export function tellsError(answer: string): boolean {
  return errorsIn(answer).length > 0;
}

/** The errors that an answer tells of; that there is nothing yet is none. */
function errorsIn(answer: string): readonly string[] {
  const token = parseToken(answer);
  if (token === undefined) return [];
  if (token.type === 'poll') return /\bERR\b/.test(answer) ? ['poll'] : [];
  return namesIn(token).filter((name) => name !== 'EAGAIN' && name !== 'WSAEWOULDBLOCK');
}
