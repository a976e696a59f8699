-- every URL of a host, in the order of discovery
SELECT u.id, u.url FROM hosts AS h JOIN urls AS u ON u.host_id = h.id WHERE h.name = ?1 ORDER BY u.id;
