"""Writes a static site of ordinary pages: about 35 KB each, 60 links, a head as a content management system writes it.

    python3 make_site.py FOLDER PAGES > URL_PATHS

Page i is /a/i.html, page 0 is /index.html. The same numbers give the same site. Every page is reached: page i links to 2 i + 1 and 2 i + 2.
"""

import pathlib
import random
import sys

SIZE = 35_000
LINKS = 60
SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]


def path_of(page: int) -> str:
    return f"/a/{page}.html" if page > 0 else "/"


def words(draw: random.Random, count: int) -> str:
    return " ".join("".join(draw.choices(SYLLABLES, k=draw.randint(1, 4))) for _ in range(count))


def page_of(number: int, pages: int) -> str:
    draw = random.Random(number)
    title = words(draw, 5)
    targets = [t for t in (2 * number + 1, 2 * number + 2) if t < pages]
    targets += [draw.randrange(pages) for _ in range(LINKS - len(targets))]
    links = [f'<a href="{path_of(t)}" class="link">{words(draw, 3)}</a>' for t in targets]
    parts = [
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f'<meta name="description" content="{words(draw, 15)}">\n<link rel="stylesheet" href="/style.css">\n'
        f"<style>body {{ margin: 2em }} .link {{ color: #036 }}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<ul>\n"
    ]
    parts += [f"<li>{link}</li>\n" for link in links[:20]]
    parts.append("</ul>\n")
    size = sum(map(len, parts)) + sum(map(len, links[20:]))
    inline = links[20:]
    while size < SIZE or inline:
        link = inline.pop() if inline else ""
        paragraph = f'<p class="text">{words(draw, 40)} {link} <em>{words(draw, 5)}</em> {words(draw, 40)}</p>\n'
        parts.append(paragraph)
        size += len(paragraph) - len(link)
    parts.append("<script>document.title += '';</script>\n</body>\n</html>\n")
    return "".join(parts)


def main() -> None:
    folder, pages = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    (folder / "a").mkdir(parents=True)
    for number in range(pages):
        path = path_of(number)
        (folder / (path + "index.html" if path == "/" else path).lstrip("/")).write_text(page_of(number, pages))
        print(path)
    (folder / "style.css").write_text("body { font-family: serif }\n")


main()
