import type * as Zod from 'zod';
import { z } from '../../platforms/zod.ts';
import { IO_METHODS, TRANSPORTS } from './policy.ts';

const sourced = z.strictObject({
  versions: z.string().describe('Comparisons, as in tables: ">=7.13 <7.15"'),
  note: z.string(),
  sources: z.array(z.string()).min(1),
});
const methods = z.array(z.enum(IO_METHODS));
const condition = z
  .enum(['always', 'nothing-buffered', 'failed-before', 'record-incomplete'])
  .describe('It closes if one of these conditions is true; never if the list is empty');

const closeSchema = sourced.extend({
  transports: z.array(z.enum(TRANSPORTS)).min(1),
  reads: z.enum(['loop', 'library']).describe('Who calls recv: the loop, or the TLS library, which reads from the socket itself and sees no classes'),
  closes: z.strictObject({
    reset: z.array(condition).describe('a return value whose class means reset'),
    error: z.array(condition).describe('a return value of any other class except data and would-block; this includes the end of the stream'),
  }),
});

const readinessSchema = sourced.extend({
  closes: z.array(z.enum(['err', 'except'])).describe('Readiness that closes before recv is called'),
  io: methods.describe('The readiness calls that it can be built with'),
  ignoredWithBytes: methods.optional().describe('Readiness calls that do not get a connection while it has TLS bytes buffered'),
  unknownWithBytes: methods.optional().describe('Readiness calls for which it is not known what a build does while TLS bytes are buffered'),
  unknownOnWinsock: methods.optional().describe('Readiness calls for which it is not known what a build for Windows does'),
});

/** How a library decides to close, by version. */
export const librarySchema = z.strictObject({
  name: z.string(),
  versions: z.array(z.string()).min(1).describe('The releases, oldest first'),
  keepsRecords: z.array(z.enum(TRANSPORTS)).describe('Transports where an incomplete TLS record stays in the buffer of the loop, not in the TLS library'),
  readiness: z.array(readinessSchema).min(1),
  policies: z.array(closeSchema).min(1),
});

export type LibraryData = Zod.infer<typeof librarySchema>;
export type CloseData = LibraryData['policies'][number];
export type ReadinessData = LibraryData['readiness'][number];
export type Condition = CloseData['closes']['error'][number];
