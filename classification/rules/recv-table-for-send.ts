import type { ProbeRule } from './rule.ts';

/** No scenario sends nothing, and no system calls it an end: so it is asked outright. */
export const recvTableForSend: ProbeRule = {
  kind: 'probe',
  id: 'recv-table-for-send',
  level: 'warning',
  says: 'A table made for recv is used for send.',
  follows: 'A send that wrote nothing closes the connection as if its peer had.',
  applies(checked, codes) {
    if (!checked.calls.includes('send')) return undefined;
    const reading = checked.read(codes, { call: 'send', ret: 0, code: 0 });
    if (reading?.meaning !== 'end') return undefined;
    return {
      level: 'warning',
      detail: `a send that returns 0 has written nothing; it is read as ${reading.className} (end), which a 0 means to recv alone`,
      reading,
    };
  },
};
