// Copies connections to a port of the container's loopback to a Unix socket, behind which a proxy on the host decides
// what they may reach. The container has no other network, and this program no privilege: every process may use the
// socket as well.
'use strict';

const fs = require('node:fs');
const net = require('node:net');

const HOST = '127.0.0.1';
const PORT = 3128;
const PATIENCE_MS = 5000;
const socket = process.env.OPENCODE_SANDBOX_PROXY;

// Keys such as Ctrl-C and scripts with "kill 0" signal the whole group of processes, but mean the command. The end of
// the container ends this program.
const signals = 'HUP INT QUIT TERM TSTP TTIN TTOU ALRM USR1 USR2';
for (const signal of signals.split(' ')) {
  process.on(`SIG${signal}`, () => {});
}

function fail(error) {
  process.stderr.write(`opencode-sandbox: no way to the proxy of the host: ${error.message}\n`);
  process.exit(1);
}

function copy(client) {
  const proxy = net.connect({ path: socket, allowHalfOpen: true });
  client.on('error', () => proxy.destroy());
  client.on('close', () => proxy.end());
  proxy.on('error', () => {}); // The event "close" follows.
  proxy.on('close', () => {
    // The rest of the client's input has no reader, but the client may read the answer to its end.
    client.unpipe();
    client.resume();
    client.end();
    setTimeout(() => client.destroy(), PATIENCE_MS).unref();
  });
  client.pipe(proxy);
  proxy.pipe(client);
}

/** Tells the start step, which waits for the end of this output, that clients may connect. */
function announce() {
  fs.writeSync(1, 'listening\n');
  fs.closeSync(1);
  fs.openSync('/dev/null', 'w'); // It gets the free number 1.
}

const server = net.createServer({ allowHalfOpen: true }, copy);
server.on('error', fail);

// A first connection shows that the socket works here, before the command starts.
const attempt = net.connect({ path: socket });
attempt.on('error', fail);
attempt.on('connect', () => {
  attempt.removeAllListeners('error');
  attempt.on('error', () => {});
  attempt.end();
  server.listen(PORT, HOST, announce);
});
