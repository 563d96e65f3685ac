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
import { pairScenarios } from './tcp/pairs.ts';
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

/** Those that tell a story each, one by one. */
export const stories: readonly Scenario[] = [
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

/** Every scenario, in the order in which runs list them: the stories, then the grid. */
export const scenarios: readonly Scenario[] = [
  ...stories,
  ...pairScenarios(new Map(stories.map(({ id, about }) => [id.split('/').slice(0, 2).join('/'), about]))),
];
