import { suite } from '../../runner/scenario.ts';

/** The peer has closed, with everything read: a FIN, the orderly end of one direction (RFC 9293, 3.6). */
export const fin = suite('tcp/fin', 'the peer has closed the connection in good order', {
  idle: {
    why: 'The peer closes in good order: does every recv return 0?',
    steps: 'P close; S recv ×4',
  },
  'unread-data': {
    why: 'The peer sends data, then closes. Is all of it delivered before the end of the stream?',
    steps: 'P send 10; P close; S recv ×4',
  },
  'send-then-recv': {
    why: 'A send to a peer that has closed is answered with an RST. Does recv then return an end, a reset or an abort?',
    steps: 'P close; S send 8; S recv ×4',
  },
  'send-then-send': {
    why: 'The first send after a FIN succeeds. With which code do the following ones fail?',
    steps: 'P close; S send 8; S send 8 ×3; S recv ×2',
  },
  'unread-data-send-then-recv': {
    why: 'A response is unread when our own late send is answered with an RST. Is the response still delivered?',
    steps: 'P send 5; P close; S send 8; S recv ×4',
  },
  poll: {
    why: 'Which poll bits does a FIN set, before and after recv has returned 0?',
    steps: 'P close; S poll; S recv; S poll',
  },
  select: {
    why: 'In which of its three sets does select report a FIN?',
    steps: 'P close; S select',
  },
  'waitall-partial': {
    why: 'recv with MSG_WAITALL has half of its bytes when the FIN arrives. Are they delivered before the end?',
    steps: '(S blocking); P send 5; P shutdown write; S recv 10 MSG_WAITALL ×3',
  },
});
