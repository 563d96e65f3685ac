import { INTERACTIVE_STYLE, MATRIX_DATA, script } from './interactive.ts';
import { page } from './layout.tsx';
import { CALLS } from './paths.ts';

/** What stands of the map of calls before its script runs. */
export function callsPage(): string {
  return page({
    path: CALLS,
    title: 'Which call takes the error away from which other?',
    description: 'A connection has ended; a program makes two calls. Does the second still report the error, or has the first taken it away? On each platform.',
    scripts: [MATRIX_DATA, script('calls')],
    children: (
      <>
        <link rel="stylesheet" href={INTERACTIVE_STYLE} />
        <p>
          A connection has ended. A program calls first one function, then another on the same socket. A row is the first call, a column the second; the cell
          says what is left for the second. Choose a cell to see its traces.
        </p>
        <ul class="legend">
          <li>
            <b class="heat error">error</b> the second reports the error
          </li>
          <li>
            <b class="heat gone">gone</b> the first has taken it away
          </li>
          <li>
            <b class="heat maybe">gone?</b> in some of several possible answers
          </li>
          <li>
            <b class="heat other">other</b> another answer than it gives as the first call
          </li>
          <li>
            <b class="heat none">–</b> no error, and the same answer
          </li>
        </ul>
        <noscript>
          <p>This page is drawn by its script. docs/which-call-takes-the-error.md has the same as text.</p>
        </noscript>
        <search id="filters" class="filters" aria-label="What has happened" />
        <p id="status" role="status" />
        <div id="maps" class="maps" />
        <section id="traces" class="traces" aria-label="The chosen pair of calls" aria-live="polite" />
      </>
    ),
  });
}
