import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A real SMTP server that keeps the messages it is sent. It wants the password `hunter2`. */
export async function smtpReceiver() {
  const messages: { from: string; to: string[]; text: string }[] = [];
  let behave: 'accept' | 'refuse' | 'hang' = 'accept';
  const server = new SMTPServer({
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    onAuth({ username, password }, _session, done) {
      const isKnown = username === 'triad' && password === 'hunter2' && behave !== 'refuse';
      if (isKnown) done(null, { user: username });
      else done(new Error(`no login for ${username} with ${password}`));
    },
    onData(stream, { envelope }, done) {
      let text = '';
      stream.on('data', (chunk) => {
        text += chunk;
      });
      stream.on('end', () => {
        if (behave === 'hang') return;
        const from = envelope.mailFrom ? envelope.mailFrom.address : '';
        messages.push({ from, to: envelope.rcptTo.map(({ address }) => address), text });
        done();
      });
    },
  });
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://triad:hunter2@127.0.0.1:${port}`,
    messages,
    behave(how: typeof behave) {
      behave = how;
    },
    close: () =>
      new Promise<void>((resolve) => {
        if (!server.server.listening) return resolve();
        server.close(() => resolve());
      }),
  };
}
