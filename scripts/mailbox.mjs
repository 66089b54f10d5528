import http from 'node:http';

import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

/**
 * A real SMTP server on this machine that keeps what it receives in memory, for the demo and the tests.
 *
 * @param {{ port?: number, refuse?: () => Refusal | null, fault?: () => 'hang' | 'drop' | Refusal | null }} [options]
 *   `refuse` answers each recipient with an SMTP error for as long as it returns one. `fault` says what happens after a
 *   mail has come in whole: the server never answers, drops the connection, or refuses it
 * @typedef {{ code: number, message: string }} Refusal
 */
export async function startMailbox({ port = 0, refuse = () => null, fault = () => null } = {}) {
  /** @type {import('mailparser').ParsedMail[]} */
  const messages = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onRcptTo(_address, _session, done) {
      const refusal = refuse();
      if (refusal === null) return done();
      return done(Object.assign(new Error(refusal.message), { responseCode: refusal.code }));
    },
    onData(stream, session, done) {
      simpleParser(stream).then(
        (message) => {
          const broken = fault();
          if (broken !== null && typeof broken === 'object')
            return done(Object.assign(new Error(broken.message), { responseCode: broken.code }));
          messages.push(message);
          if (broken === null) return done();
          if (broken === 'drop')
            for (const connection of server.connections)
              if (connection.session.id === session.id) connection._socket.destroy();
          return undefined;
        },
        (error) => done(error),
      );
    },
  });
  // A client that hangs up in the middle is none of the server's failures.
  server.on('error', () => undefined);
  const boundPort = await listen(server.server, port);
  return {
    port: boundPort,
    messages,
    /** Waits until `count` mails have come in, and returns all there are. */
    async waitFor(count, timeout = 15_000) {
      const deadline = Date.now() + timeout;
      while (messages.length < count) {
        if (Date.now() > deadline)
          throw new Error(`${messages.length} of ${count} mails came in within ${timeout} ms.`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return messages;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve(undefined))),
  };
}

/** A page that shows the mailbox, newest first, and `/messages.json` for programs. */
export async function startMailboxPage(mailbox, port = 0) {
  const server = http.createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    response.setHeader('Cache-Control', 'no-store');
    if (url.pathname === '/messages.json') {
      response.setHeader('Content-Type', 'application/json; charset=utf-8');
      response.end(JSON.stringify(mailbox.messages.map(summaryOf), null, 2));
      return;
    }
    if (url.pathname !== '/') {
      response.statusCode = 404;
      response.end('Not found. The mailbox is at /.');
      return;
    }
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(pageOf(mailbox.messages));
  });
  const boundPort = await listen(server, port);
  return { port: boundPort, stop: () => new Promise((resolve) => server.close(() => resolve(undefined))) };
}

function listen(server, port) {
  return new Promise((resolve, reject) => {
    const retry = (error) => {
      // The usual port is taken, by another demo perhaps: any free one will do.
      if (error.code === 'EADDRINUSE' && port !== 0) return resolve(listen(server, 0));
      return reject(error);
    };
    server.once('error', retry);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', retry);
      resolve(server.address().port);
    });
  });
}

const addressOf = (field) =>
  (Array.isArray(field) ? field : [field]).map((entry) => entry?.text ?? '').join(', ');

function summaryOf(message) {
  return {
    messageId: message.messageId,
    date: message.date,
    from: addressOf(message.from),
    to: addressOf(message.to),
    subject: message.subject,
    text: message.text,
    html: message.html || null,
    headers: Object.fromEntries(
      message.headerLines.map(({ key, line }) => [key, line.slice(line.indexOf(':') + 1).trim()]),
    ),
  };
}

const escape = (text) => String(text ?? '').replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const linked = (text) =>
  escape(text).replace(/https?:\/\/[^\s<&]+/g, (link) => `<a href="${link}">${link}</a>`);

function pageOf(messages) {
  const cards = [...messages]
    .reverse()
    .map(summaryOf)
    .map(
      (mail) =>
        `<article><h2>${escape(mail.subject)}</h2><p class="quiet">${escape(mail.to)} · ${escape(mail.date?.toISOString())}</p><pre>${linked(mail.text)}</pre></article>`,
    );
  const content =
    cards.length > 0 ? cards.join('') : '<p>No mail yet. Subscribe an address, and its mail shows here.</p>';
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="5"><meta name="color-scheme" content="light dark"><title>Mailbox (${messages.length})</title><style>body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}article{border:1px solid #8886;border-radius:.6rem;padding:1rem 1.25rem;margin:1rem 0}h2{margin:0;font-size:1.1rem}.quiet{opacity:.75;margin:.2rem 0 1rem}pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;margin:0}</style></head><body><h1>Mailbox of the demo</h1>${content}</body></html>`;
}
