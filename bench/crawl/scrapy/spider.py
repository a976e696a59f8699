"""Scrapy over one host: scheduler, duplicates filter and feed export are Scrapy's own; one JSON line a page.

    scrapy runspider spider.py -a start=URL -O FILE.jsonl
"""

from urllib.parse import urlsplit

import scrapy


class Site(scrapy.Spider):
    name = "site"
    custom_settings = {
        "CONCURRENT_REQUESTS": 32,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 32,
        "COOKIES_ENABLED": False,
        "LOG_LEVEL": "ERROR",
        "RETRY_ENABLED": False,
        "ROBOTSTXT_OBEY": False,
        "TELNETCONSOLE_ENABLED": False,
    }

    def __init__(self, start, **rest):
        super().__init__(**rest)
        self.start_urls = [start]
        self.host = urlsplit(start).netloc

    def parse(self, response):
        links = [
            {"href": response.urljoin(link.attrib["href"]), "text": " ".join(link.css("::text").getall()).strip()}
            for link in response.css("a[href], link[href]")
        ]
        yield {
            "url": response.url,
            "status": response.status,
            "title": response.css("title::text").get(),
            "h1": response.css("h1::text").get(),
            "bytes": len(response.body),
            "links": links,
        }
        for link in links:
            if urlsplit(link["href"]).netloc == self.host:
                yield scrapy.Request(link["href"])
