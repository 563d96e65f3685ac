import { type Code, MEANINGS } from '../language/code.ts';
import { z } from './zod.ts';

const text = z.string().min(1);

/** What a `codes.json` holds. */
export const codesSchema = z.array(
  z.strictObject({
    name: text,
    number: z.int(),
    domain: z.enum(['errno', 'winsock', 'win32', 'ntstatus']),
    meaning: z.enum(MEANINGS),
    text,
    aliases: z.array(text).readonly().exactOptional(),
    winsock: text.exactOptional(),
    win32: text.exactOptional(),
    sources: z.array(text).readonly().exactOptional(),
  }) satisfies { _output: Code },
);
