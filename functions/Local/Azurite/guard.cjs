'use strict';
// Loaded before Azurite. Azurite lives as long as the pipe on its standard input: when the parent stops it, or dies,
// the pipe closes and Azurite shuts down in order. Ctrl-C reaches the whole process group, so it is left to the parent,
// which still needs storage to finish what it is doing.
const on = process.on.bind(process);
process.on = process.addListener = (event, listener) => (event === 'SIGINT' ? process : on(event, listener));
process.once = ((once) => (event, listener) => (event === 'SIGINT' ? process : once(event, listener)))(process.once.bind(process));
on('SIGINT', () => {});

const stop = () => {
  setTimeout(() => process.exit(1), 10_000).unref();
  process.kill(process.pid, 'SIGTERM');
};
process.stdin.on('end', stop).on('error', stop).resume();
