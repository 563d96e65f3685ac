import { connectToStarter } from './channel.ts';
import { Inbox } from './inbox.ts';

/** What is said between a started process and its starter, as the former sees it. It needs no schema: its starter is this program too, and zod takes an agent 70 ms to load. */
interface Starter<Said, Heard> {
  say(message: Said): void;
  hear(): Promise<Heard>;
  end(): Promise<void>;
}

/** With the process that started this one, which ends with it. @throws Error where it was not started by sockatlas */
export async function withStarter<Said extends object, Heard>(): Promise<Starter<Said, Heard>> {
  const inbox = new Inbox();
  const channel = await connectToStarter(inbox);
  // Not process.exit: it would wait for a thread that is blocked in a call, and its handlers may be a user's.
  inbox.closed.then(() => process.kill(process.pid, 'SIGKILL'));
  return { say: channel.send, hear: () => inbox.next() as Promise<Heard>, end: channel.end };
}
