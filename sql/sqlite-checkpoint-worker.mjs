// The thread for checkpoints. It imports nothing of ours: a thread costs 20 MB, and our schemas would cost as much again.
// Nor is it TypeScript, which a thread without a warm compile cache loads a compiler for, another 20 MB.
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

const port = parentPort;
const db = new DatabaseSync(String(workerData));

port?.on('message', () => {
  db.exec('PRAGMA wal_checkpoint(PASSIVE)');
  port?.postMessage('done');
});
