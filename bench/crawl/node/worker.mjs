import http from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import { Parser } from 'htmlparser2';

const agent = new http.Agent({ keepAlive: true, maxSockets: workerData.connections });

function read(url, html) {
  const page = { title: '', h1: '', links: [] };
  let inTitle = false;
  let inH1 = false;
  let link = null;
  const parser = new Parser({
    onopentag(name, attributes) {
      if (name === 'title') inTitle = page.title === '';
      if (name === 'h1') inH1 = page.h1 === '';
      if ((name === 'a' || name === 'link') && attributes.href !== undefined) {
        try {
          const target = new URL(attributes.href, url);
          target.hash = '';
          if (target.protocol === 'http:' || target.protocol === 'https:') {
            const entry = [target.href, ''];
            page.links.push(entry);
            if (name === 'a') link = entry;
          }
        } catch {
          // not a URL
        }
      }
    },
    ontext(text) {
      if (inTitle) page.title += text;
      if (inH1) page.h1 += text;
      if (link !== null) link[1] += text;
    },
    onclosetag(name) {
      if (name === 'title') inTitle = false;
      if (name === 'h1') inH1 = false;
      if (name === 'a' && link !== null) {
        link[1] = link[1].replace(/\s+/g, ' ').trim();
        link = null;
      }
    },
  });
  parser.end(html);
  return page;
}

function fetchPage(url) {
  http.get(url, { agent }, (response) => {
    const chunks = [];
    response.on('data', (chunk) => chunks.push(chunk));
    response.on('end', () => {
      const body = Buffer.concat(chunks);
      parentPort.postMessage({ url, status: response.statusCode, bytes: body.length, ...read(url, body.toString('utf8')) });
    });
  }).on('error', () => parentPort.postMessage({ url, status: 0, bytes: 0, title: '', h1: '', links: [] }));
}

parentPort.on('message', (batch) => batch.forEach(fetchPage));
