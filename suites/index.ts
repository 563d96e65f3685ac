import type { Scenario } from '../runner/scenario.ts';
import { accept } from './tcp/accept.ts';
import { acceptex } from './tcp/acceptex.ts';
import { args } from './tcp/args.ts';
import { connect } from './tcp/connect.ts';
import { connectex } from './tcp/connectex.ts';
import { events } from './tcp/events.ts';
import { fin } from './tcp/fin.ts';
import { idle } from './tcp/idle.ts';
import { iocp } from './tcp/iocp.ts';
import { overlapped } from './tcp/overlapped.ts';
import { reset } from './tcp/reset.ts';
import { shutdown } from './tcp/shutdown.ts';
import { state } from './tcp/state.ts';
import { timeout } from './tcp/timeout.ts';
import { tlsFin } from './tls/fin.ts';
import { tlsReset } from './tls/reset.ts';
import { datagram } from './udp/datagram.ts';
import { unreachable } from './udp/unreachable.ts';
import { unixFin } from './unix/fin.ts';
import { unixReset } from './unix/reset.ts';

/** Every scenario, in the order in which runs list them. */
export const scenarios: readonly Scenario[] = [
  ...idle,
  ...reset,
  ...fin,
  ...shutdown,
  ...state,
  ...args,
  ...connect,
  ...accept,
  ...timeout,
  ...overlapped,
  ...iocp,
  ...events,
  ...acceptex,
  ...connectex,
  ...unreachable,
  ...datagram,
  ...unixReset,
  ...unixFin,
  ...tlsReset,
  ...tlsFin,
];
