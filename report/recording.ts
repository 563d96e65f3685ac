import { UNSEEN } from '../emulation/recorded-call.ts';
import { z } from '../platforms/zod.ts';
import { observationSchema } from '../results/schema.ts';

const { code, name, out, token } = observationSchema.shape;

/** A line of what `emulate --record` writes: RecordedCall (emulation/recorded-call.ts). */
export const recordedCallSchema = z.strictObject({
  at: z.int().min(0).describe('µs from the beginning of the recording to the answer'),
  process: z.int(),
  thread: z.int(),
  socket: z
    .int()
    .optional()
    .describe('The number that the socket has for its life, whichever process has it and under whichever descriptor. poll, select and epoll_wait have none'),
  descriptor: z.int().optional(),
  call: z.enum(['recv', 'send', 'getsockopt', 'shutdown', 'FIONREAD', 'getpeername', 'poll', 'select', 'epoll_wait']).describe('As the run format names it'),
  syscall: z.string().describe('What the program called'),
  args: z.record(z.string(), z.union([z.number(), z.string(), z.array(z.string()).readonly()])),
  answered: z
    .enum(['kernel', 'model', 'unseen'])
    .describe(
      "kernel: the kernel's answer. model: by sockatlas, as the platform's model says. unseen: the kernel made the call, and its answer is not known: there is no ret, code, name and token",
    ),
  why: z.enum(UNSEEN).optional().describe('Why it is unseen'),
  ret: z.number().optional(),
  code: code.optional(),
  name,
  out,
  token: token.optional(),
  ready: z
    .array(
      z.strictObject({
        descriptor: z.int().optional().describe('Of poll and select'),
        data: z.string().optional().describe('Of epoll_wait: the 64 bits with which the program registered it, as an unsigned number'),
        token,
      }),
    )
    .readonly()
    .optional()
    .describe('Of poll, select and epoll_wait: what was ready'),
  rule: z.string().optional().describe("The model's rule behind the answer; not there where the kernel's own error was told in the kernel's place"),
  us: z.number().min(0).optional().describe('How long the call took, of those that the kernel answered'),
});
