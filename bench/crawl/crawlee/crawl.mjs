// Crawlee's CheerioCrawler over one host: the queue and the crawl are Crawlee's own, kept in memory; one JSON line a page.
//
//   node crawl.mjs URL FILE CONNECTIONS
import { createWriteStream } from 'node:fs';
import { CheerioCrawler, Configuration, log, LogLevel } from '@crawlee/cheerio';

const [start, file, connections] = [process.argv[2], process.argv[3], +process.argv[4]];
const out = createWriteStream(file);
log.setLevel(LogLevel.ERROR);
const crawler = new CheerioCrawler(
  {
    minConcurrency: connections,
    maxConcurrency: connections,
    async requestHandler({ request, response, body, $, enqueueLinks }) {
      const links = $('a[href], link[href]')
        .map((_, element) => ({ href: new URL($(element).attr('href'), request.loadedUrl).href, text: $(element).text().trim() }))
        .get();
      const page = { url: request.url, status: response.statusCode, title: $('title').first().text(), h1: $('h1').first().text() };
      out.write(`${JSON.stringify({ ...page, bytes: body.length, links })}\n`);
      await enqueueLinks({ strategy: 'same-hostname' });
    },
  },
  new Configuration({ persistStorage: false, purgeOnStart: false }),
);
await crawler.run([start]);
out.end();
