'use strict';
// Loaded before Azurite. Azurite lives as long as the pipe on its standard input: when the parent stops it, or dies,
// the pipe closes and Azurite shuts down in order. Ctrl-C reaches the whole process group, so it is left to the parent,
// which still needs storage to finish what it is doing.
const http = require('node:http');
const Module = require('node:module');

// Azurite loads everything that it can do before it does anything, and most of that is telemetry and databases that nobody here
// asked for.
const unasked = new Set(['applicationinsights', ...(process.env.AZURITE_DB === undefined ? ['./SqlBlobServer', './SqlBlobConfiguration'] : [])]);
const load = Module._load;
Module._load = function (request, ...rest) {
  return unasked.has(request) ? {} : load.call(this, request, ...rest);
};

const on = process.on.bind(process);
const once = process.once.bind(process);
process.on = process.addListener = (event, listener) => (event === 'SIGINT' ? process : on(event, listener));
process.once = (event, listener) => (event === 'SIGINT' ? process : once(event, listener));
on('SIGINT', () => {});

const servers = new Set();
const listen = http.Server.prototype.listen;
http.Server.prototype.listen = function (...args) {
  servers.add(this);
  return listen.apply(this, args);
};

const stop = () => {
  process.kill(process.pid, 'SIGTERM');
  // Azurite waits for clients to hang up before it writes what it holds; a client with a connection pool never does.
  setTimeout(() => servers.forEach((server) => server.closeAllConnections()), 500);
  setTimeout(() => process.exit(1), 10_000).unref();
};
// The parent that dies takes both ends of the output with it; a farewell that nobody reads must not stop Azurite from writing.
for (const output of [process.stdout, process.stderr]) {
  output.on('error', (error) => {
    if (error.code !== 'EPIPE') {
      throw error;
    }
  });
}
process.stdin.on('end', stop).on('error', stop).resume();
