import { INTERACTIVE_STYLE, MATRIX_DATA, script } from './interactive.ts';
import { page } from './layout.tsx';
import { CALLS, MATRIX, TRY } from './paths.ts';

/** What stands of the matrix before its script runs. */
export function matrixPage(): string {
  return page({
    path: MATRIX,
    title: 'The matrix: scenarios × platforms',
    description: 'What each socket call returns in each scenario on each platform, call after call, and in what platforms differ.',
    scripts: [MATRIX_DATA, script('matrix')],
    children: (
      <>
        <link rel="stylesheet" href={INTERACTIVE_STYLE} />
        <p>
          A row is a scenario, a cell what a platform returned, call after call. <span class="differs">≠ this ground</span> says that it is not what the first
          platform returned; nothing more. Below each trace stands how it is known. <a href={CALLS}>Which call takes the error</a> has the pairs of calls, and{' '}
          <a href={TRY}>try it</a> takes steps of your own.
        </p>
        <ul class="legend">
          <li class="is-measured">measured: by a run on that system, in so many trials</li>
          <li class="is-asserted">asserted: by a test that runs on that system</li>
          <li class="is-documented">documented: by the vendor</li>
          <li class="is-reported">reported: by users or maintainers</li>
          <li class="is-predicted">predicted: by a model of the system; inferred: from other behaviour</li>
        </ul>
        <noscript>
          <p>This page is drawn by its script. The index has every scenario as a page that needs none.</p>
        </noscript>
        <search id="filters" class="filters" aria-label="Filters" />
        <p id="status" role="status" />
        <p class="soft keys">In the table the arrow keys go from link to link.</p>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard has to reach it. */}
        <section id="matrix" class="scroll matrix" aria-label="The matrix" tabIndex={0}>
          <table id="rows" />
        </section>
      </>
    ),
  });
}
