import { CODES_DATA, INTERACTIVE_STYLE, script } from './interactive.ts';
import { page } from './layout.tsx';
import { TRY } from './paths.ts';

/** What stands of the page to try steps on before its script runs. */
export function tryPage(): string {
  return page({
    path: TRY,
    title: 'Try it: steps of your own, on every platform',
    description:
      'Type what a peer does and which calls are made on a socket: models of Linux, Windows and Wine predict what each call returns, with the rule and its source.',
    scripts: [CODES_DATA, script('try')],
    children: (
      <>
        <link rel="stylesheet" href={INTERACTIVE_STYLE} />
        <p>
          P is the peer, S the socket under test. Models predict what each call on S returns; nothing is measured here. The address of this page carries the
          steps: send it.
        </p>
        <noscript>
          <p>
            This page is drawn by its script. <code>sockatlas predict "P reset; S recv x3"</code> says the same.
          </p>
        </noscript>
        <div id="field" />
        <p id="status" role="status" class="unseen" />
        <div id="answers" />
        <details>
          <summary>The language of steps</summary>
          <dl class="language">
            <dt>what the peer does</dt>
            <dd>
              <code>P send 10</code> <code>P close</code> <code>P reset</code> <code>P shutdown write</code> <code>P recv</code> <code>P kill</code>{' '}
              <code>P connect</code>
            </dd>
            <dt>calls on S</dt>
            <dd>
              <code>S recv</code> <code>S recv 4</code> <code>S peek</code> <code>S send 8</code> <code>S so_error</code> <code>S poll</code>{' '}
              <code>S select</code> <code>S shutdown both</code> <code>S readable</code> <code>S getpeername</code> <code>S connect refused</code>{' '}
              <code>S accept</code> <code>S close</code>
            </dd>
            <dt>what prepares S</dt>
            <dd>
              <code>(S socket)</code> <code>(S listen)</code> <code>(S blocking)</code> <code>(S rcvtimeo 100)</code>: in brackets a call is made, and its
              answer is not shown
            </dd>
            <dt>all of them</dt>
            <dd>
              <code>;</code> or a new line between steps, <code>x3</code> for three times, <code>udp:</code> <code>unix:</code> <code>tcp6:</code> before the
              first for another kind of socket
            </dd>
          </dl>
        </details>
      </>
    ),
  });
}
