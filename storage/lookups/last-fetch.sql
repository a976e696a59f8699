-- the last attempt that is committed
SELECT max(id) FROM fetches;
