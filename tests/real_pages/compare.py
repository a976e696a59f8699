#!/usr/bin/env python3
"""Titles and links of real pages, as `spinneret extract --jsonl` reads them and as html5lib does.

usage: compare.py --bin PROGRAM [--every N] FOLDER...

Every HTML file below the folders is a page; --every N takes each N-th, unless SPINNERET_LONG=1. Text is compared with white space collapsed, links (a and area,
http and https, in document order) as absolute URLs without fragments. Exit status: 0 all pages agree, 1 some do not, 77 when there is no
html5lib or no page, so that a test can be skipped.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import urllib.parse

SKIPPED = 77
SPACE = re.compile(r"[ \t\n\f\r]+")
BATCH = 50


def collapse(text):
    return SPACE.sub(" ", text).strip(" ")


def text_of(element):
    # Comments have a tag that is a function; their text is none of the page's.
    parts = [element.text or ""] if isinstance(element.tag, str) else []
    for child in element:
        if isinstance(child.tag, str):
            parts.append(text_of(child))
        parts.append(child.tail or "")
    return "".join(parts)


def local_name(element):
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


def read_with_html5lib(html5lib, html, url):
    tree = html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False)
    titles = [e for e in tree.iter() if local_name(e) == "title"]
    base = url
    for element in tree.iter():
        if local_name(element) == "base" and element.get("href") is not None:
            base = urllib.parse.urljoin(url, element.get("href").strip())
            break
    links = []
    for element in tree.iter():
        if local_name(element) in ("a", "area") and element.get("href") is not None:
            href = urllib.parse.urldefrag(urllib.parse.urljoin(base, element.get("href").strip()))[0]
            if href.split(":", 1)[0] in ("http", "https"):
                links.append((comparable(href), collapse(text_of(element))))
    return (collapse(text_of(titles[0])) if titles else ""), links


def comparable(href):
    """What the two resolvers write differently for one and the same URL: escapes, an empty path."""
    parts = urllib.parse.urlsplit(href)
    return parts._replace(
        netloc=parts.netloc.lower(),
        path=urllib.parse.quote(urllib.parse.unquote(parts.path or "/"), safe="/:@!$&'()*+,;=~"),
        query=urllib.parse.unquote_plus(parts.query),
        fragment="",
    ).geturl()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--bin", required=True)
    arguments.add_argument("--every", type=int, default=1)
    arguments.add_argument("folders", nargs="*")
    given = arguments.parse_args()
    try:
        import html5lib
    except ImportError:
        print("skipped: no html5lib (Debian: python3-html5lib)")
        return SKIPPED
    every = 1 if os.environ.get("SPINNERET_LONG") == "1" else given.every
    files = sorted(f for folder in given.folders for f in pathlib.Path(folder).rglob("*.html"))[::every]
    if not files:
        print("skipped: no pages in " + " ".join(given.folders))
        return SKIPPED
    pages, links, different, seconds = 0, 0, 0, 0.0
    for start in range(0, len(files), BATCH):
        batch = files[start : start + BATCH]
        texts = [f.read_bytes().decode("utf-8", "replace") for f in batch]
        urls = ["https://docs.example" + urllib.parse.quote(str(f)) for f in batch]
        lines = "".join(json.dumps({"html": t, "url": u}) + "\n" for t, u in zip(texts, urls))
        begun = time.monotonic()
        ran = subprocess.run([given.bin, "extract", "--jsonl"], input=lines, capture_output=True, text=True, check=True)
        seconds += time.monotonic() - begun
        answers = ran.stdout.splitlines()
        if len(answers) != len(batch):
            print(f"{len(answers)} answers for {len(batch)} pages from {batch[0]} on")
            return 1
        for file, text, url, line in zip(batch, texts, urls, answers):
            ours = json.loads(line)
            our_title = collapse(ours["title"])
            our_links = [(comparable(l["href"]), collapse(l["text"])) for l in ours["links"] if l["href"].startswith("http")]
            our_links = [(urllib.parse.urldefrag(h)[0], t) for h, t in our_links]
            title, wanted = read_with_html5lib(html5lib, text, url)
            pages += 1
            links += len(wanted)
            if our_title != title or our_links != wanted:
                different += 1
                first = next((i for i, (a, b) in enumerate(zip(our_links, wanted)) if a != b), min(len(our_links), len(wanted)))
                print(f"{file}: title {our_title!r} and {title!r}; {len(our_links)} and {len(wanted)} links; the first that differ: "
                      f"{our_links[first:first + 1]} and {wanted[first:first + 1]}")
    print(f"{pages - different} of {pages} pages agree, {links} links; {seconds:.1f} s in spinneret")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
