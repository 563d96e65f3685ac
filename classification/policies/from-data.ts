import type { Meaning } from '../../language/code.ts';
import type { CloseData, Condition, ReadinessData } from './library-data.ts';
import type { Decision, Policy, Readiness, RecvAnswer, Seen } from './policy.ts';

/** What a policy remembers: whether an error has come before. */
export interface CloseState {
  readonly failed: boolean;
}

/** The policy that the data describe. `keepsRecords`: an incomplete TLS record stays in the loop's own buffer, where its conditions see it. */
export function policyFromData(name: string, data: CloseData, readiness: ReadinessData, keepsRecords: boolean): Policy<CloseState> {
  return {
    name,
    start: { failed: false },
    ready(state, told, bufferedTlsBytes) {
      const bytes = keepsRecords ? bufferedTlsBytes : 0;
      if (bytes > 0 && readiness.ignoredWithBytes?.includes(told.io)) return undefined;
      const why = closingBit(told, readiness);
      return why === undefined ? undefined : { action: 'close', why, state };
    },
    poll: (state, seen) => afterRecv(data, state, keepsRecords ? seen : { ...seen, bufferedTlsBytes: 0 }),
  };
}

function closingBit({ io, err, except }: Readiness, { closes }: ReadinessData): string | undefined {
  if (io === 'select')
    return except && closes.includes('except') ? 'the socket is in select’s exceptional set: the loop closes before recv is called' : undefined;
  return err && closes.includes('err') ? `${io === 'epoll' ? 'EPOLLERR' : 'POLLERR'} is set: the loop closes before recv is called` : undefined;
}

function afterRecv(data: CloseData, state: CloseState, { answer, bufferedTlsBytes }: Seen): Decision<CloseState> {
  const what = kindOf(answer);
  const named = answer.class ?? `a ${answer.meaning === 'end' ? 'read of 0' : 'failed read'}`;
  if (what === 'data') return { action: 'keep', why: 'data goes to the application', state };
  if (what === 'wait') return { action: 'keep', why: 'no data yet', state };

  const conditions = data.closes[what];
  const met = conditions.find((condition) => holds(condition, state, bufferedTlsBytes));
  if (met !== undefined) return { action: 'close', why: `${named}${REASONS[met](bufferedTlsBytes)}`, state };
  // In both cases the loop asks the TLS layer, which has no complete record and answers MG_IO_WAIT.
  return conditions.length === 0
    ? { action: 'keep', why: `the loop does not test for ${named} and uses the result of the TLS layer, MG_IO_WAIT`, state }
    : {
        action: 'keep',
        why: `${named}, but ${bufferedTlsBytes} TLS bytes are buffered: the TLS layer waits for the rest of the record`,
        state: { failed: true },
      };
}

function holds(condition: Condition, { failed }: CloseState, bufferedTlsBytes: number): boolean {
  switch (condition) {
    case 'always':
      return true;
    case 'nothing-buffered':
      return bufferedTlsBytes === 0;
    case 'failed-before':
      return failed;
    case 'record-incomplete':
      return bufferedTlsBytes > 0;
  }
}

const REASONS: Readonly<Record<Condition, (bytes: number) => string>> = {
  always: () => ': every class but data and would-block closes',
  'nothing-buffered': () => ', and no TLS bytes are buffered',
  'failed-before': (bytes) => ` for the second time, which closes although ${bytes} TLS bytes are buffered`,
  'record-incomplete': (bytes) => `, and the ${bytes} buffered TLS bytes are no complete record`,
};

/** The table's class decides; where none is asked, what the answer is. */
function kindOf({ meaning, classMeaning }: RecvAnswer): 'data' | 'wait' | keyof CloseData['closes'] {
  const decisive: Meaning = classMeaning ?? meaning;
  switch (decisive) {
    case 'data':
      return 'data';
    case 'would-block':
      return 'wait';
    case 'interrupted':
      // A class of that meaning is an error to the loop; a library that reads itself tries again.
      return classMeaning === undefined ? 'wait' : 'error';
    case 'reset':
      return 'reset';
    default:
      return 'error';
  }
}
