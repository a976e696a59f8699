-- whose attempt it was, and when
SELECT u.url, f.at_ms FROM fetches AS f CROSS JOIN urls AS u ON u.id = f.url_id WHERE f.id = ?1;
