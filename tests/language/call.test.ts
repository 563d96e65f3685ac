import { expect, test } from 'vitest';
import { ACCEPT, type Call, type CallResult, connectCall, type Names, POLL, recvCall, SELECT, SO_ERROR, sendCall, sendtoCall } from '../../language/call.ts';
import { UNTOUCHED } from '../../language/code.ts';
import { observed } from '../../runner/calls.ts';

const names: Names = {
  nameOf: (code) => ({ 11: 'EAGAIN', 104: 'ECONNRESET', 10053: 'WSAECONNABORTED' })[code],
  statusOf: (status) => ({ 3221225997: 'STATUS_CONNECTION_RESET' })[status],
  pollEvents: [
    ['IN', 0x1],
    ['OUT', 0x4],
    ['ERR', 0x8],
    ['HUP', 0x10],
  ],
};
const TO = { family: 'inet', host: '127.0.0.1', port: 9 } as const;
const WSA_RECV: Call = { call: 'WSARecv', args: { length: 64 } };
const WSA_SEND: Call = { call: 'WSASend', args: { length: 8 } };
const RESULT: Call = { call: 'GetOverlappedResult', args: { wait: 'FALSE' } };
const STATUS: Call = { call: 'OVERLAPPED.Internal', args: {} };
const EVENTS: Call = { call: 'WSAEnumNetworkEvents', args: {} };
const SSL_READ: Call = { call: 'SSL_read', args: { length: 4096 } };

const token = (call: Call, result: Partial<CallResult>) => observed(names, 'S', call, { ret: 0, code: 0, us: 1, ...result }).token;

test.each<[Call, Partial<CallResult>, string]>([
  [recvCall(4096), { ret: 10 }, 'data:10'],
  [recvCall(4096), {}, 'eof'],
  [recvCall(0), {}, '0'],
  [recvCall(64, { stream: false }), {}, '0'],
  [recvCall(4096), { ret: -1, code: 104 }, 'ECONNRESET'],
  [recvCall(4096), { ret: -1, code: 9999 }, 'code:9999'],
  [recvCall(4096), { ret: -1, code: UNTOUCHED }, 'untouched'],
  [sendCall(8), { ret: 8 }, 'sent:8'],
  [sendCall(8), { ret: 0 }, 'sent:0'],
  [sendtoCall(4, TO, 'x'), { ret: 4 }, 'sent:4'],
  [connectCall(TO, 'closed port'), {}, 'ok'],
  [ACCEPT, { ret: 7 }, 'ok'],
  [SO_ERROR, { out: { value: 104 } }, 'so_error:ECONNRESET'],
  [SO_ERROR, { out: { value: 0 } }, 'so_error:0'],
  [SO_ERROR, { out: { value: 77 } }, 'so_error:code:77'],
  [POLL, { ret: 1, out: { revents: 0x19 } }, 'poll:IN|ERR|HUP'],
  [POLL, { out: { revents: 0 } }, 'poll:0'],
  [SELECT, { ret: 2, out: { sets: 5 } }, 'select:r-x'],
  [SELECT, { ret: 1, out: { sets: 2 } }, 'select:-w-'],
  [WSA_RECV, { out: { bytes: 5 } }, 'data:5'],
  [WSA_RECV, { out: { bytes: 0 } }, 'eof'],
  [WSA_SEND, { out: { bytes: 8 } }, 'sent:8'],
  [WSA_SEND, {}, 'sent:0'],
  [RESULT, { ret: 1, out: { bytes: 3 } }, 'data:3'],
  [RESULT, { ret: 0, code: 10053 }, 'WSAECONNABORTED'],
  [{ call: 'ConnectEx', args: { to: 'x', bound: 'yes' } }, { ret: 1 }, 'ok'],
  [STATUS, { ret: 0 }, 'status:0'],
  [STATUS, { ret: 0xc000020d }, 'status:STATUS_CONNECTION_RESET'],
  [STATUS, { ret: 0x12 }, 'status:0x00000012'],
  [EVENTS, { events: {} }, 'events:0'],
  [EVENTS, { events: { FD_READ: 0, FD_CLOSE: 10053 } }, 'events:READ|CLOSE=WSAECONNABORTED'],
  [SSL_READ, { ret: 10 }, 'data:10'],
  [SSL_READ, { ret: 0, code: 6, name: 'SSL_ERROR_ZERO_RETURN' }, 'SSL_ERROR_ZERO_RETURN'],
  [{ call: 'SSL_do_handshake', args: {} }, { ret: 1 }, 'ok'],
])('%j answering %j is %s', (call, result, expected) => {
  expect(token(call, result)).toBe(expected);
});

test('an observation has the arguments as they are recorded, and no number of a descriptor', () => {
  expect(observed(names, 'P', recvCall(16, { flags: ['MSG_PEEK'] }), { ret: -1, code: 11, us: 2 })).toEqual({
    on: 'P',
    call: 'recv',
    args: { buffer: 'given', length: 16, flags: ['MSG_PEEK'] },
    ret: -1,
    code: 11,
    name: 'EAGAIN',
    token: 'EAGAIN',
    us: 2,
  });
  expect(observed(names, 'S', recvCall(16, { isNull: true }), { ret: 0, code: 0, us: 2 }).args).toMatchObject({ buffer: 'NULL' });
  expect(observed(names, 'S', ACCEPT, { ret: 7, code: 0, us: 2 })).toMatchObject({ ret: 'socket', args: {} });
  expect(observed(names, 'S', ACCEPT, { ret: -1, code: 11, us: 2 })).toMatchObject({ ret: -1, name: 'EAGAIN' });
  expect(observed(names, 'S', sendtoCall(4, TO, 'closed port'), { ret: 4, code: 0, us: 2 }).args).toEqual({ length: 4, flags: [], to: 'closed port' });
});
