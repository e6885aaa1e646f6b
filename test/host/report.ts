// How the suite inside the extension host tells the runner what happens: one JSON message per line over a local
// socket. A socket rather than a file, because it also ends when the extension host dies.
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';

export type SuiteMessage = { readonly text: string } | SuiteResult;

export interface SuiteResult {
  readonly passed: number;
  readonly failed: number;
}

export interface SuiteReport {
  /** What the suite needs to find this listener; goes into the environment of the extension host. */
  readonly env: Readonly<Record<string, string>>;
  readonly result: Promise<SuiteResult>;
  close(): void;
}

/** Prints what the suite says as it comes. `result` rejects if the suite goes away without a result. */
export async function listenForReport(grep?: string): Promise<SuiteReport> {
  const { promise, resolve, reject } = Promise.withResolvers<SuiteResult>();
  promise.catch(() => undefined); // the caller may be busy failing for another reason
  const server = createServer(socket => {
    socket.on('error', reject);
    const lines = createInterface({ input: socket });
    lines.on('line', line => {
      const message = JSON.parse(line) as SuiteMessage;
      if ('text' in message) console.log(message.text);
      else resolve(message);
    });
    lines.on('close', () => reject(new Error('The extension host went away before the suite had finished')));
  });
  await new Promise<void>((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done));
  return {
    env: {
      PROMPTGATE_TEST_REPORT: String((server.address() as AddressInfo).port),
      PROMPTGATE_TEST_COLOR: process.stdout.isTTY ? '1' : '0',
      ...(grep ? { PROMPTGATE_TEST_GREP: grep } : {}),
    },
    result: promise,
    close: () => void server.close(),
  };
}
