/** What may be written where a person reads it. This file imports nothing: the command's last error handler needs it too. */

/** What a terminal would obey or a reader not see: control characters but the line's end, formatting such as bidi controls, other line ends, half a surrogate pair. */
const UNPRINTABLE = /[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const UNPRINTABLES = new RegExp(`(?:\\n|${UNPRINTABLE.source})+`, 'gu');

/**
 * What unprintable characters are written as: `\u001b`. In JSON it means the character itself, and to people it shows it, so that it can be done to all
 * that is written, of whatever format.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** The same in one line, for what is laid out by its width: a name or a reason from a policy, a table or a run file of other people. */
export function plain(text: string): string {
  return printable(text.replace(/[\t\r\n]+/g, ' '));
}

/** In one line, without any of them: for a message of which the words are enough. */
export function blanked(text: string): string {
  return text.replace(UNPRINTABLES, ' ');
}
