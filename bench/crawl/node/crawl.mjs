// A crawler of one host with Node's worker_threads: the main thread keeps what is known and writes to SQLite, workers fetch
// over keep-alive connections and read pages with htmlparser2.
//
//   node crawl.mjs URL DATABASE WORKERS CONNECTIONS
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';

const [start, file, workers, connections] = [process.argv[2], process.argv[3], +process.argv[4], +process.argv[5]];
const db = new Database(file);
db.pragma('journal_mode = WAL');
db.exec(`CREATE TABLE pages(id INTEGER PRIMARY KEY, url TEXT, status INTEGER, title TEXT, h1 TEXT, bytes INTEGER);
  CREATE TABLE links(from_id INTEGER, to_id INTEGER, text TEXT)`);
const addPage = db.prepare('INSERT INTO pages VALUES(?, ?, ?, ?, ?, ?)');
const addLink = db.prepare('INSERT INTO links VALUES(?, ?, ?)');

const host = new URL(start).host;
const known = new Map([[start, 1]]);
const queue = [start];
let out = 0;
let uncommitted = 0;
db.exec('BEGIN');

const batchSize = Math.ceil(connections / workers);
const pool = [];
const feed = () => {
  for (const worker of pool) {
    while (worker.out < 2 * batchSize && queue.length > 0) {
      const batch = queue.splice(0, Math.max(1, Math.min(batchSize, Math.ceil(queue.length / (2 * workers)))));
      worker.out += batch.length;
      out += batch.length;
      worker.thread.postMessage(batch);
    }
  }
  if (out === 0 && queue.length === 0) {
    db.exec('COMMIT');
    db.close();
    pool.forEach(({ thread }) => thread.terminate());
  }
};
const take = (worker, page) => {
  worker.out -= 1;
  out -= 1;
  const id = known.get(page.url);
  addPage.run(id, page.url, page.status, page.title, page.h1, page.bytes);
  for (const [href, text] of page.links) {
    let to = known.get(href);
    if (to === undefined) {
      to = known.size + 1;
      known.set(href, to);
      if (new URL(href).host === host) {
        queue.push(href);
      }
    }
    addLink.run(id, to, text);
  }
  uncommitted += 1;
  if (uncommitted === 1000) {
    db.exec('COMMIT; BEGIN');
    uncommitted = 0;
  }
  feed();
};
for (let i = 0; i < workers; i += 1) {
  const worker = { out: 0, thread: new Worker(new URL('./worker.mjs', import.meta.url), { workerData: { connections: batchSize } }) };
  worker.thread.on('message', (page) => take(worker, page));
  pool.push(worker);
}
feed();
