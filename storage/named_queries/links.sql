-- every link, in document order
SELECT from_url, to_url, rel, text, tag FROM v_links;
