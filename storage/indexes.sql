-- What readers search by. Built when a crawl ends or by `spinneret index`, dropped when it resumes; one statement each.
CREATE INDEX IF NOT EXISTS urls_by_url ON urls(url);
CREATE INDEX IF NOT EXISTS urls_by_host ON urls(host_id, admission);
CREATE INDEX IF NOT EXISTS urls_refused ON urls(admission) WHERE admission <> 0;
CREATE INDEX IF NOT EXISTS hosts_by_name ON hosts(name);
CREATE INDEX IF NOT EXISTS fetches_by_url ON fetches(url_id);
CREATE INDEX IF NOT EXISTS fetches_by_digest ON fetches(digest) WHERE digest IS NOT NULL;
CREATE INDEX IF NOT EXISTS fetches_by_status ON fetches(status);
CREATE INDEX IF NOT EXISTS fetches_by_total ON fetches(total_ms);
CREATE INDEX IF NOT EXISTS outcomes_by_kind ON outcomes(kind);
CREATE INDEX IF NOT EXISTS links_by_source ON links(from_id);
CREATE INDEX IF NOT EXISTS links_by_target ON links(to_id);
CREATE INDEX IF NOT EXISTS records_by_url ON records(url_id);
CREATE INDEX IF NOT EXISTS extracts_by_url ON extracts(url_id);
CREATE INDEX IF NOT EXISTS records_by_recipe ON records(recipe);
CREATE INDEX IF NOT EXISTS bodies_by_digest ON bodies(digest);
CREATE INDEX IF NOT EXISTS robots_by_host ON robots(host_id);
