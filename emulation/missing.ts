import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { requireKoffi } from '../native-bindings/load.ts';

import { errnoName } from './errno-name.ts';

const { ENOSYS } = constants.errno;

/** What this machine lacks to emulate, and how to get it; undefined where it has all. */
export async function missingForEmulation(): Promise<string | undefined> {
  if (process.platform !== 'linux')
    return `a program's calls can be answered on Linux alone, this is ${process.platform}: use a Linux machine, a virtual one, or WSL 2`;
  if (process.arch !== 'x64' && process.arch !== 'arm64') return `a program's calls can be answered on x64 and arm64 alone, this is ${process.arch}`;
  try {
    await requireKoffi();
  } catch (error) {
    return (error as Error).message;
  }
  return (await missingSeccomp()) ?? (await missingPidfd()) ?? missingPtrace(yamaScope(), hasPtraceCapability());
}

async function missingSeccomp(): Promise<string | undefined> {
  const { Seccomp } = await import('../native-bindings/linux/seccomp.ts');
  const { ret, code } = new Seccomp().canNotify();
  return ret === -1 ? refusal('seccomp(2)', code, '5.5') : undefined;
}

/** Tried on this process itself, which nothing but a profile forbids. */
async function missingPidfd(): Promise<string | undefined> {
  const { Processes } = await import('../native-bindings/linux/processes.ts');
  const processes = new Processes();
  const opened = processes.pidfdOfProcess(process.pid);
  if (opened.ret === -1) return refusal('pidfd_open', opened.code, '5.3');
  const copied = processes.copyDescriptor(opened.ret, opened.ret);
  processes.close(opened.ret);
  if (copied.ret === -1) return refusal('pidfd_getfd', copied.code, '5.6');
  processes.close(copied.ret);
  return undefined;
}

function refusal(call: string, code: number, since: string): string {
  return code === ENOSYS
    ? `this kernel has no ${call} that can hand calls to another process: emulate needs Linux 5.6 or newer (${call}: ${since})`
    : `${call} is forbidden here (${errnoName(code)}), by a container's seccomp profile: start the container with --security-opt seccomp=unconfined`;
}

/** Documentation/admin-guide/LSM/Yama.rst; exported for its test. */
export function missingPtrace(scope: number, hasCapability: boolean): string | undefined {
  if (scope >= 3) return 'kernel.yama.ptrace_scope is 3: no process may look into another until the machine is started again with a lower value';
  if (scope === 2 && !hasCapability)
    return 'kernel.yama.ptrace_scope is 2: only root may look into other processes; run it as root, or allow descendants: sysctl kernel.yama.ptrace_scope=1';
  return undefined;
}

/** 0 where there is no yama. */
function yamaScope(): number {
  try {
    return Number(readFileSync('/proc/sys/kernel/yama/ptrace_scope', 'latin1'));
  } catch {
    return 0;
  }
}

function hasPtraceCapability(): boolean {
  const [, effective = '0'] = /^CapEff:\s+([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
  const CAP_SYS_PTRACE = 19n;
  return ((BigInt(`0x${effective}`) >> CAP_SYS_PTRACE) & 1n) === 1n;
}
