/**
 * The words of a command line, as a POSIX shell splits them: quotes and backslashes. Nothing is expanded, and no shell sees it.
 *
 * @param {string} line
 * @throws where a quote is not closed
 */
export function words(line) {
  const found = [];
  let word;
  for (const [, blank, single, double, escaped, open, plain] of line.matchAll(/(\s+)|'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|(['"\\])|([^\s'"\\]+)/gs)) {
    if (open !== undefined) throw new Error(`${open} is not closed in: ${line}`);
    if (blank === undefined) word = (word ?? '') + (single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? plain);
    else if (word !== undefined) {
      found.push(word);
      word = undefined;
    }
  }
  return word === undefined ? found : [...found, word];
}
