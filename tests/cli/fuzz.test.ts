import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fuzzDocumentSchema } from '../../report/fuzz.ts';
import { here } from '../fixtures/here.ts';
import { agentsAtWork, startCli } from '../fixtures/index.ts';

const fuzz = (...args: readonly string[]) => here(['fuzz', ...args]);

describe.runIf(process.platform === 'linux')('sockatlas fuzz [needs Linux]', () => {
  test('compares the model of this system with it, and names the rules that were not used', async () => {
    const { code, stdout, stderr } = await fuzz('--sequences', '300', '--seed', '4');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^linux-\S+ and the model of linux: 300 sequences over tcp, unix, udp in [\d.]+ s, seed 4\n/);
    expect(stdout).toContain('\n0 differ from the model, 0 are unstable');
    expect(stdout.replace(/\s+/g, ' ')).toMatch(/\d+ of \d+ rules were used, \d+ pairs .* Not used, so not proved: .*recv: waits/);
  });

  test('the model of another system is wrong here: each difference is shrunk, with both traces and the rule, and the exit code is 1', async () => {
    const { code, stdout } = await fuzz('--model', 'windows', '--transport', 'tcp', '--sequences', '200', '--seed', '1', '--jobs', '1');
    expect(code).toBe(1);
    expect(stdout).toMatch(/The model is wrong: \S.* \(in [\d,]+ sequences; the shortest\)\n {2}\S.*\n {4}model {2}WSA.*\n( {4} {3}or .*\n)* {4}system E/);
  });

  test('the same seed gives the same, whatever the number of agents; --format json has it all', async () => {
    const found = async (jobs: string) => {
      const { ms: _, ...document } = fuzzDocumentSchema.parse(
        JSON.parse((await fuzz('--model', 'windows', '--transport', 'udp', '--sequences', '6000', '--seed', '9', '--jobs', jobs, '--format', 'json')).stdout),
      );
      return { ...document, differences: document.differences.map(({ observations: _, ...difference }) => difference) };
    };
    const one = await found('1');
    expect(one.sequences).toBe(6000);
    expect(one.differences.length).toBeGreaterThan(0);
    expect(Object.values(one.rules)).toContain(0);
    expect(await found('2')).toEqual(one);
  });

  test('--out has the JSON, and stdout the text; a path that cannot be written is told before the work', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sockatlas fuzz '));
    try {
      const out = join(folder, 'found.json');
      const { code, stdout, stderr } = await fuzz('--sequences', '50', '--seed', '1', '--format', 'json', '--out', out);
      expect({ code, stderr }).toEqual({ code: 0, stderr: `written to ${out}\n` });
      expect(stdout).toMatch(/^linux-\S+ and the model of linux: 50 sequences/);
      expect(fuzzDocumentSchema.parse(JSON.parse(readFileSync(out, 'utf8'))).sequences).toBe(50);
      expect(await fuzz('--out', join(folder, 'no', 'f.json'))).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('could not be written') });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('Ctrl-C tells what was found until then', async () => {
    const run = startCli(['fuzz', '--sequences', '1000000000', '--seed', '1', '--jobs', '1']);
    await agentsAtWork(run.pid, 1);
    run.child.kill('SIGINT');
    const { code, stdout } = await run.ended;
    expect(code).toBe(130);
    expect(stdout.replace(/\s+/g, ' ')).toMatch(/^linux-\S+ and the model of linux: [\d,]+ sequences .* seed 1 \(interrupted\)/);
  });

  test('Ctrl-C ends it where an agent no longer answers, too', async () => {
    const run = startCli(['fuzz', '--sequences', '1000000000', '--seed', '1', '--jobs', '1']);
    const [agent] = await agentsAtWork(run.pid, 1);
    process.kill(agent as number, 'SIGSTOP');
    run.child.kill('SIGINT');
    const { code, stdout, stderr } = await run.ended;
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
    expect(stdout).toContain('(interrupted)');
  });
});

test.each([
  [['--on', 'beos'], /no agent can be started on "beos" from here/],
  [['--model', 'beos'], /there is no model of "beos"; choose from linux, windows, wine-8\.0, wine-10\.0/],
  [['--transport', 'tcp,sctp'], /--transport "sctp": choose from tcp, tcp6, unix, udp, udp6/],
  [['--sequences', '0'], /--sequences "0": give a whole number from 1/],
  [['--seed', '-1'], /--seed "-1": give a whole number/],
])('%j is a usage error', async (args, message) => {
  expect(await fuzz(...args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
});
