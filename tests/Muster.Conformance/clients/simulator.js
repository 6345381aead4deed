// A software TPM of its own for one test: swtpm, and before it the protocol of the TPM simulator that the official clients speak.
'use strict';

const { spawn } = require('child_process');
const fs = require('fs');
const net = require('net');
const os = require('os');
const path = require('path');

const uint32 = (...values) => Buffer.concat(values.map(value => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}));

// Reads a stream in pieces of a given length; null at its end.
function reader(socket) {
  let buffer = Buffer.alloc(0);
  let ended = false;
  let wake = () => {};
  socket.on('data', chunk => { buffer = Buffer.concat([buffer, chunk]); wake(); });
  const end = () => { ended = true; wake(); };
  socket.on('end', end);
  socket.on('error', end);
  return async count => {
    while (buffer.length < count && !ended) await new Promise(resolve => { wake = resolve; });
    if (buffer.length < count) return null;
    const piece = buffer.subarray(0, count);
    buffer = buffer.subarray(count);
    return piece;
  };
}

const listen = (port, serve) => new Promise(resolve => {
  const server = net.createServer(socket => serve(socket, reader(socket)).catch(() => socket.destroy()));
  server.listen(port, '127.0.0.1', () => resolve(server));
});

async function connect(port) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await new Promise((resolve, reject) => {
        const socket = net.connect(port, '127.0.0.1', () => resolve(socket));
        socket.once('error', reject);
      });
    } catch (error) {
      if (attempt === 300) throw error;
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  }
}

// Starts a TPM without state; {port} is where clients find the simulator.
exports.start = async () => {
  const free = await new Promise(resolve => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => { const { port } = probe.address(); probe.close(() => resolve(port)); });
  });
  const state = fs.mkdtempSync(path.join(os.tmpdir(), 'muster-swtpm-'));
  const tpm = spawn('swtpm', ['socket', '--tpm2', '--tpmstate', `dir=${state}`, '--server', `type=tcp,port=${free}`,
    '--flags', 'not-need-init,startup-clear'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const data = await connect(free);
  const readTpm = reader(data);

  const commands = await listen(0, async (socket, read) => {
    for (;;) {
      const operation = await read(4);
      if (!operation) return;
      switch (operation.readUInt32BE()) {
        case 15:
          await read(4);
          socket.write(uint32(1, 0x0c, 0));
          break;
        case 8: {
          await read(1);
          const length = (await read(4)).readUInt32BE();
          data.write(await read(length));
          const head = await readTpm(10);
          const rest = await readTpm(head.readUInt32BE(2) - 10);
          socket.write(Buffer.concat([uint32(head.length + rest.length), head, rest, uint32(0)]));
          break;
        }
        default:
          socket.end();
          return;
      }
    }
  });
  const platform = await listen(commands.address().port + 1, async (socket, read) => {
    for (;;) {
      const operation = await read(4);
      if (!operation || operation.readUInt32BE() === 20) return;
      socket.write(uint32(0));
    }
  });

  return {
    port: commands.address().port,
    stop: () => {
      commands.close();
      platform.close();
      data.destroy();
      tpm.kill('SIGKILL');
      fs.rmSync(state, { recursive: true, force: true });
    },
  };
};
