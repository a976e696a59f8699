-- the settings of the newest run, and how it ended
SELECT settings, end_reason FROM runs ORDER BY id DESC LIMIT 1;
